"""What differs between two catalogs of one schema: what is expected, and what there is."""

from collections.abc import Callable, Collection
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
        "row security",
        "rule",
        "inheritance",
        "partition",
    }
)
_OF_BOTH = frozenset({"comment", "owner", "grant", "role"})
"""Kinds that are judged where both catalogs have the object, or the one that they say something of.

A role that is gone is missed where something was granted to it."""

_RULES = {
    "partition": (
        "one UTC month right after the partition before it, with the parent's columns, "
        "constraints, indexes, triggers, rules, row security and owner, and neither policies nor "
        "grants of its own"
    ),
    "owner": "the owner of the schema, or of its lms_schema_ tables, with all rights",
}
"""What holds of kinds that a catalog lists only where it does not hold."""

_SCHEMA = ObjectKey("schema", "")
"""What grants on the schema are of; it has no entry of its own."""

_PARTITION_GRANT = "grant: "
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

    A missing table or view is listed alone, without its members. Grants count when they are to
    PUBLIC or to a role that the release grants something to.

    Args:
        release: What is expected.
        live: What there is.
        strict: Whether notes are differences.
        unsure: What another major version defined, so that another definition is but a note.

    Returns:
        The differences, and the notes.
    """
    live = _without_grants_to_others(live, release)
    relations = {key for key in release.objects if key.kind in _RELATIONS and key in live.objects}
    present = {key.owner for key in relations}
    functions = {key.owner for key in release.objects if key.kind == "function"}

    def is_judged(key: ObjectKey) -> bool:
        if key.kind == "owner" and key.described.kind == "overload":
            return is_judged(key.described)
        if key.kind in _OF_BOTH and key.whole != _SCHEMA:
            return key.whole in release.objects and key.whole in live.objects
        if key.kind == "function":
            return key.owner in functions
        if key.kind == "cast":
            return ObjectKey("type", key.owner) in release.objects
        if key.kind == "overload":
            return ObjectKey("function", key.name) not in release.objects
        if key.kind in _MEMBERS:
            return key.owner in present
        return key in release.objects or key.kind == "grant"

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
    guarded = {key.name for key in release.objects if key.kind == "row security"}

    def kept(key: ObjectKey, line: str) -> bool:
        if key.kind == "row security":
            return line != "ENABLED" or key.name in guarded
        return (
            key.kind != "partition" or line not in _PARTITION_ROW_SECURITY or key.owner in guarded
        )

    return _filtered(live, kept)


def _without_grants_to_others(live: Catalog, release: Catalog) -> Catalog:
    """Return a live catalog without roles that are none of the release's, and grants to them."""
    roles = {key.name for key in release.objects if key.kind == "role"}

    def kept(key: ObjectKey, line: str) -> bool:
        if key.kind == "role":
            return key.name in roles
        if key.kind == "grant" or (key.kind == "partition" and line.startswith(_PARTITION_GRANT)):
            return line.rpartition(" TO ")[2] in roles | {"PUBLIC"}
        return True

    return _filtered(live, kept)


def _filtered(catalog: Catalog, kept: Callable[[ObjectKey, str], bool]) -> Catalog:
    """Return a catalog with some lines of its definitions, without those of which none is left."""
    objects = {}
    for key, text in catalog.objects.items():
        lines = [line for line in text.split("\n") if kept(key, line)]
        if lines:
            objects[key] = "\n".join(lines)
    return Catalog(objects)
