"""The state of each file of a package by the records: applied, pending, changed, edited or gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lms_schema.errors import DatabaseNewer, ReleasedFileEdited, printable
from lms_schema.source.files import extra_of
from lms_schema.source.folders import Kind, folder_of
from lms_schema.source.package import SchemaPackage
from lms_schema.source.releases import number

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry


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
            own = [name for name in self.newer if extra_of(name) is None]
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
    folder = folder_of(file_id)
    return folder.kind if folder else None
