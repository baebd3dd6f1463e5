"""Compares a package with what is recorded in a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lms_schema import database
from lms_schema import package as packages
from lms_schema.errors import DatabaseNewer, LmsSchemaError, ReleasedFileEdited, printable
from lms_schema.package import Kind, SchemaPackage
from lms_schema.releases import number

if TYPE_CHECKING:
    from datetime import datetime

    from lms_schema.ledger import Entry


@dataclass(frozen=True)
class Comparison:
    """A package beside the records of a database; ids of files, in package order.

    Attributes:
        applied: Recorded, and unchanged.
        pending: Not recorded.
        changed: Recorded with another content, or overriding one that is, or overridden no more:
            to be applied again.
        edited: Versioned files recorded with another content, which is an error.
        edited_paths: The paths of these.
        gone: Recorded and no longer in the package; their objects are to be dropped.
        newer: Recorded versioned files that the package does not know, which is an error.
        overridden: The package's files of which an extra's file made other objects, with the ids
            of both.
        others: Recorded files of extras that were not given; they are left alone.
        release: The newest release recorded, when that is newer than this one.
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    changed: tuple[str, ...]
    edited: tuple[str, ...]
    edited_paths: tuple[str, ...]
    gone: tuple[str, ...]
    newer: tuple[str, ...]
    overridden: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    release: str | None

    def check(self) -> None:
        """Refuse to go on where a migrate must not.

        Raises:
            ReleasedFileEdited: When a versioned file was edited.
            DatabaseNewer: When the database knows more than the package.
        """
        if self.edited:
            raise ReleasedFileEdited(
                f"Edited after it was applied: {', '.join(self.edited_paths)}. "
                "A released file never changes: restore it, and write the change as a new file."
            )
        self.refuse_newer()

    def refuse_newer(self) -> None:
        """Refuse to judge a database that knows more than the package.

        Raises:
            DatabaseNewer: When it does.
        """
        if self.newer or self.release:
            own = [name for name in self.newer if packages.extra_of(name) is None]
            if self.newer and not own:
                raise DatabaseNewer(
                    f"The database is newer than an extra: it holds {_listed(self.newer)}, which "
                    "the extra's folder lacks. Restore these files, or take a newer extra."
                )
            what = (
                f"it holds {_listed(own)}, which this release does not know"
                if own
                else f"release {printable(self.release or '')} migrated it"
            )
            raise DatabaseNewer(
                f"The database is newer than this package: {what}. Install a newer lms-schema."
            )


def _listed(names: Sequence[str]) -> str:
    return printable(", ".join(names))


@dataclass(frozen=True)
class StatusResult:
    """Where a database stands.

    Attributes:
        database: Name of the database.
        schema: The target schema.
        server_major: PostgreSQL's major version.
        tracked: Whether it was ever migrated.
        release: The newest release that applied a file; None: none did.
        migrated_at: When a file was applied last, in UTC.
        migrated_by: The role that did it; None also where the role may not read `lms_schema_log`.
        repaired_at: When a repair was last needed, in UTC; None: never, or the role may not read
            `lms_schema_log`.
        equals: On an untracked database: the release whose catalog its own equals, or None.
        elsewhere: Where nobody named the schema and it is untracked: those that are tracked.
        files: The package beside what is recorded.
    """

    database: str
    schema: str
    server_major: int
    tracked: bool
    release: str | None
    migrated_at: datetime | None
    migrated_by: str | None
    repaired_at: datetime | None
    equals: str | None
    elsewhere: tuple[str, ...]
    files: Comparison

    @property
    def exit_code(self) -> int:
        """0 when there is nothing to do, 3 when there is, 5 and 8 as `migrate` would end."""
        try:
            self.files.check()
        except LmsSchemaError as error:
            return error.exit_code
        return 3 if self.files.pending or self.files.changed or self.files.gone else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {
            "format": 1,
            "command": "status",
            "database": self.database,
            "schema": self.schema,
            "server_major": self.server_major,
            "tracked": self.tracked,
            "release": self.release,
            "migrated_at": self.migrated_at and self.migrated_at.isoformat(timespec="seconds"),
            "migrated_by": self.migrated_by,
            "repaired_at": self.repaired_at and self.repaired_at.isoformat(timespec="seconds"),
            "equals": self.equals,
            "elsewhere": list(self.elsewhere),
            "applied": list(self.files.applied),
            "pending": list(self.files.pending),
            "changed": list(self.files.changed),
            "edited": list(self.files.edited),
            "gone": list(self.files.gone),
            "newer": list(self.files.newer),
            "overridden": [{"file": file, "by": by} for file, by in self.files.overridden],
            "others": list(self.files.others),
        }


def status(
    conninfo: str,
    *,
    schema: str | None = None,
    package: SchemaPackage | None = None,
    extra: Sequence[str | Path] = (),
) -> StatusResult:
    """Tell what a migrate would find; reads only, and needs no more than SELECT.

    Args:
        conninfo: Any libpq connection string.
        schema: The schema; by default the first existing one of the search path.
        package: The files to compare with; by default those of this release.
        extra: Folders of a project's own SQL on top of the package, in order.

    Raises:
        DatabaseError: When the database cannot be reached or read.
        UsageError: When the package or the server cannot be used, or there is no schema.
    """
    from lms_schema import ledger

    shipped = package is None
    package = packages.extended(packages.read() if package is None else package, extra)
    with database.session(conninfo, schema=schema, read_only=True) as session:
        tracked = ledger.exists(session.connection, session.schema)
        entries = ledger.read(session.connection, session.schema) if tracked else {}
        user, repaired_at = (
            ledger.last_changes(session.connection, session.schema) if tracked else (None, None)
        )
        is_asked = not tracked and not session.is_named
        others = ledger.elsewhere(session.connection, session.schema) if is_asked else ()
        untracked_schema = shipped and not tracked and session.schema_exists()
    return StatusResult(
        database=session.database,
        schema=session.schema,
        server_major=session.server_major,
        tracked=tracked,
        repaired_at=repaired_at,
        release=newest_release(entries),
        migrated_at=max(filter(None, (e.applied_at for e in entries.values())), default=None),
        migrated_by=user,
        elsewhere=others,
        equals=_equal_release(conninfo, session.schema) if untracked_schema else None,
        files=compare(package, entries),
    )


def compare(package: SchemaPackage, entries: Mapping[str, Entry]) -> Comparison:
    """Compare a package with what is recorded."""
    from lms_schema import __version__

    missing = [
        name for name in sorted(entries) if name not in package.by_id and package.covers(name)
    ]
    newer = [name for name in missing if _kind(name) in (None, Kind.VERSIONED)]
    known = [file for file in package.files if file.id in entries]
    differing = [file for file in known if file.checksum != entries[file.id].checksum]
    edited = [file for file in differing if file.kind is Kind.VERSIONED]
    pending = [file.id for file in package.files if file.id not in entries]
    restored = {
        other
        for name, entry in entries.items()
        for other in entry.overrides
        if package.covers(name)
        and (name not in package.by_id or other not in package.by_id[name].overrides)
    }
    again = {*pending, *restored, *(file.id for file in differing)}
    changed = [
        file.id
        for file in known
        if file.kind is not Kind.VERSIONED
        and (file.id in again or not again.isdisjoint(file.overrides))
    ]
    release = newest_release(entries) or __version__
    return Comparison(
        applied=tuple(
            file.id for file in known if file not in differing and file.id not in changed
        ),
        pending=tuple(pending),
        changed=tuple(changed),
        edited=tuple(file.id for file in edited),
        edited_paths=tuple(file.path for file in edited),
        gone=tuple(name for name in missing if name not in newer),
        newer=tuple(newer),
        overridden=tuple(
            (other, name) for name, entry in sorted(entries.items()) for other in entry.overrides
        ),
        others=tuple(name for name in sorted(entries) if not package.covers(name)),
        release=release if number(release) > number(__version__) else None,
    )


def newest_release(entries: Mapping[str, Entry]) -> str | None:
    """Return the newest release that is recorded, or None where nothing is."""
    return max((entry.package_version for entry in entries.values()), key=number, default=None)


def _kind(file_id: str) -> Kind | None:
    folder = packages.folder_of(file_id)
    return folder.kind if folder else None


def _equal_release(conninfo: str, schema: str) -> str | None:
    """Return this release when the schema's catalog equals its catalog."""
    from lms_schema import __version__
    from lms_schema.operations.verify import verify

    return None if verify(conninfo, schema=schema, strict=False).differences else __version__
