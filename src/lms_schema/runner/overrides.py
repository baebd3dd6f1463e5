"""What an extra may change of the package: nothing but what it says that it overrides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from lms_schema.catalog.catalog import Catalog, ObjectKey, release_catalog
from lms_schema.errors import UsageError
from lms_schema.records.object_makers import Makers
from lms_schema.source.files import SqlFile, extra_of
from lms_schema.source.folders import Kind, folder_of

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry


_PARTS = ("column", "constraint")
"""Kinds that no record lists: an extra may have added its own to a table of the package."""


def of_package(
    keys: Iterable[ObjectKey], entries: Mapping[str, Entry]
) -> Iterator[tuple[ObjectKey, str]]:
    """Yield those objects that files of the package made, each with its file."""
    makers = Makers({name: entry for name, entry in entries.items() if extra_of(name) is None})
    for key in keys:
        file_id = makers.of(key)
        if file_id is not None:
            yield key, file_id


def refuse_changes(
    file: SqlFile, before: Catalog, after: Catalog, entries: Mapping[str, Entry]
) -> None:
    """Refuse a file of an extra that changed or dropped what is the package's.

    Args:
        file: The file, which was run in the open transaction.
        before: The catalog before.
        after: The catalog after.
        entries: What is recorded, by id of the file.

    Raises:
        UsageError: It names what was changed, and what to write when that is meant.
    """
    # first what differs: others wait for the locks meanwhile, and of most files that is nothing
    differing = [
        key
        for key, definition in before.objects.items()
        if key.kind != "grant" and definition != after.objects.get(key)
    ]
    release = release_catalog().objects if differing else {}
    changed = {
        key: maker
        for key, maker in of_package(differing, entries)
        if maker not in file.overrides and not _is_added(key, release)
    }
    if not changed:
        return
    what = ", ".join(f"{key.kind} {key.name} of {maker}" for key, maker in changed.items())
    makers = dict.fromkeys(changed.values())
    once = [maker for maker in makers if not _is_replaceable(maker)]
    if once:
        advice = f"What {', '.join(once)} made is made once, and cannot be overridden."
    else:
        advice = (
            "Give it a name of its own. Or, if it is meant to take the place of the package's, "
            f"say so in the first lines of the file: -- overrides: {' '.join(makers)}"
        )
    raise UsageError(
        f"{file.path}: it changes {what}. An extra adds to the package; what it replaces or drops "
        f"would come back with the next release. The file was rolled back. {advice}"
    )


def _is_added(key: ObjectKey, release: Collection[ObjectKey]) -> bool:
    """Tell whether it is, or is about, a part of a table that the release's table lacks."""
    part = key.whole
    is_known = part in release or ObjectKey("table", part.owner) not in release
    return part.kind in _PARTS and not is_known


def _is_replaceable(file_id: str) -> bool:
    folder = folder_of(file_id)
    return folder is not None and folder.kind is Kind.REPLACEABLE
