"""What differs between two catalogs of one schema: what is expected, and what there is."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Literal

from lms_schema.catalog.catalog import Catalog, ObjectKey

Problem = Literal["missing", "different", "extra"]

_RELATIONS = frozenset({"table", "view"})
_MEMBERS = frozenset(
    {
        "column",
        "constraint",
        "index",
        "trigger",
        "policy",
        "rule",
        "inheritance",
        "partition",
    }
)
_OF_OBJECTS = frozenset({"comment", "owner", "grant"})
"""Kinds that say something of another object, after which they are named."""

_RULES = {
    "partition": (
        "one UTC month right after the partition before it, with the parent's columns, "
        "constraints, indexes, triggers, rules, policies, row security and owner"
    ),
    "owner": "the owner of the schema, or of its lms_schema_ tables, with all rights",
}
"""What holds of kinds that a catalog lists only where it does not hold."""

_ROW_SECURITY = "ROW LEVEL SECURITY"
_PARTITION_ROW_SECURITY = (
    "row security setting: ENABLED, the parent has OFF",
    "row security setting: OFF, the parent has ENABLED",
)


@dataclass(frozen=True)
class Difference:
    """One object that is not as the release has it.

    Attributes:
        kind: Kind of the object: type, table, column, constraint, index, ...
        name: Its name without the schema; a member of a table as `table.member`.
        problem: missing, different or extra.
        expected: Definition in the release, or None.
        actual: Definition in the database, or None.
    """

    kind: str
    name: str
    problem: Problem
    expected: str | None
    actual: str | None

    def to_json(self) -> dict[str, object]:
        """Return the difference as a JSON-compatible mapping."""
        return asdict(self)


def compare(
    release: Catalog,
    live: Catalog,
    *,
    strict: bool = False,
    unsure: Collection[ObjectKey] = frozenset(),
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """List what of the release is missing or different, and what is extra on its objects.

    A missing table or view is listed alone, without its members.

    Args:
        release: What is expected.
        live: What there is.
        strict: Whether notes are differences.
        unsure: What another major version defined, so that another definition is but a note.

    Returns:
        The differences, and the notes.
    """
    relations = {key for key in release.objects if key.kind in _RELATIONS and key in live.objects}
    present = {key.owner for key in relations}
    functions = {key.owner for key in release.objects if key.kind == "function"}

    def is_judged(key: ObjectKey) -> bool:
        if key.kind == "owner" and key.described.kind == "overload":
            return is_judged(key.described)
        if key.kind in _OF_OBJECTS:
            return key.described in release.objects and key.described in live.objects
        if key.kind == "function":
            return key.owner in functions
        if key.kind == "cast":
            return ObjectKey("type", key.owner) in release.objects
        if key.kind == "overload":
            return ObjectKey("function", key.name) not in release.objects
        return key.owner in present if key.kind in _MEMBERS else key in release.objects

    found = [
        _difference(key, release.objects.get(key), live.objects.get(key))
        for key in dict.fromkeys((*release.objects, *live.objects))
        if is_judged(key) and release.objects.get(key) != live.objects.get(key)
    ]
    for key in sorted(relations):
        expected, actual = _column_order(key, release, live), _column_order(key, live, release)
        if expected != actual:
            found.append(_difference(key, f"columns {expected}", f"columns {actual}"))
    notes = tuple(
        item
        for item in found
        if (not strict and _is_minor(item))
        or (item.problem == "different" and (item.kind, item.name) in unsure)
    )
    return tuple(item for item in found if item not in notes), notes


def _difference(key: ObjectKey, expected: str | None, actual: str | None) -> Difference:
    if key.kind in _RULES:
        return Difference(key.kind, key.name, "different", _RULES[key.kind], actual)
    problem: Problem = "missing" if actual is None else "extra" if expected is None else "different"
    return Difference(key.kind, key.name, problem, expected, actual)


def _column_order(relation: ObjectKey, catalog: Catalog, other: Catalog) -> str:
    """The columns of a relation that both catalogs have, in the order of one of them."""
    return ", ".join(
        key.name
        for key in catalog.objects
        if key.kind == "column" and key.owner == relation.owner and key in other.objects
    )


def _is_minor(difference: Difference) -> bool:
    """Tell whether it changes neither what is read or written, nor whose code runs."""
    return difference.kind in ("comment", "overload") or (
        difference.kind == "index"
        and difference.problem == "extra"
        and not _is_felt_by_writers(difference.actual or "")
    )


def _is_felt_by_writers(index: str) -> bool:
    return index.startswith("CREATE UNIQUE ") or "\nCALLS " in index


def without_row_security(live: Catalog, release: Catalog) -> Catalog:
    """Return a live catalog without the row security that is enabled where the release has none.

    Only the flag goes: where it is forced on the owner too, or there is a policy, that stays.
    """
    open_tables = {
        key.name
        for key, text in release.objects.items()
        if key.kind == "table" and _ROW_SECURITY not in text
    }
    objects = dict(live.objects)
    for key, text in live.objects.items():
        if key.kind == "table" and key.name in open_tables:
            objects[key] = text.replace(f" {_ROW_SECURITY}", "", 1)
        elif key.kind == "partition" and key.owner in open_tables:
            faults = [line for line in text.split("\n") if line not in _PARTITION_ROW_SECURITY]
            objects[key] = "\n".join(faults)
            if not faults:
                del objects[key]
    return Catalog(live.server_major, objects)
