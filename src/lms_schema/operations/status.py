"""Where a database stands: a package beside what is recorded in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lms_schema.errors import LmsSchemaError
from lms_schema.records.file_states import Comparison, compare, newest_release
from lms_schema.server import sessions
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage

if TYPE_CHECKING:
    from datetime import datetime


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
    from lms_schema.records import ledger

    shipped = package is None
    package = packages.extended(packages.read() if package is None else package, extra)
    with sessions.session(conninfo, schema=schema, read_only=True) as session:
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


def _equal_release(conninfo: str, schema: str) -> str | None:
    """Return this release when the schema's catalog equals its catalog."""
    from lms_schema import __version__
    from lms_schema.operations.verify import verify

    return None if verify(conninfo, schema=schema, strict=False).differences else __version__
