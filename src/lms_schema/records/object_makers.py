"""Which file made an object of a catalog, by what is recorded of the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lms_schema.catalog.catalog import ObjectKey

if TYPE_CHECKING:
    from lms_schema.records.ledger import Entry

_ROUTINES = ("FUNCTION", "PROCEDURE", "AGGREGATE")
_RELATIONS = ("TABLE", "VIEW", "MATERIALIZED VIEW")


class Makers:
    """The files by what they made."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        """Take what is recorded, by id of the file."""
        self._files = {
            name: file_id for file_id, entry in entries.items() for name in entry.objects
        }

    def of(self, key: ObjectKey) -> str | None:
        """Return the id of the file that made an object, or what the object is a part of."""
        names = (self._files[name] for name in _recorded_as(key) if name in self._files)
        return next(names, None)


def _recorded_as(key: ObjectKey) -> Iterator[str]:
    """Yield how an object may be recorded, then the relation that it belongs to."""
    key = key.whole
    relation, _, member = key.name.partition(".")
    if key.kind == "function":
        yield from (f"{kind} {key.name}" for kind in _ROUTINES)
        return
    if key.kind in ("type", "role"):
        yield f"{key.kind.upper()} {key.name}"
        return
    if key.kind in ("trigger", "policy"):
        yield f"{key.kind.upper()} {member} ON {relation}"
    elif key.kind == "index":
        yield f"INDEX {member}"
    yield from (f"{kind} {relation}" for kind in _RELATIONS)
