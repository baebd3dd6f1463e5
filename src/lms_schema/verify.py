"""Compares the live catalog of one schema with the release's."""

from dataclasses import asdict, dataclass
from typing import Literal

from lms_schema import database
from lms_schema.catalog import Catalog, ObjectKey, read_catalog, release_catalog
from lms_schema.errors import UsageError

Problem = Literal["missing", "different", "extra"]

_RELATIONS = frozenset({"table", "view"})
_MEMBERS = frozenset({"column", "constraint", "index", "trigger", "policy", "rule", "partition"})
_PARTITION_RULE = (
    "one UTC month right after the partition before it, with the parent's columns, indexes, "
    "triggers, policies and row security"
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


@dataclass(frozen=True)
class VerifyResult:
    """What `verify` found.

    Attributes:
        database: Name of the database.
        schema: The schema that was read.
        server_major: PostgreSQL's major version.
        differences: What makes the schema another one than the release's.
        notes: What does not: extra indexes on our tables, changed comments.
    """

    database: str
    schema: str
    server_major: int
    differences: tuple[Difference, ...]
    notes: tuple[Difference, ...]

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "verify", **asdict(self)}


def verify(conninfo: str, *, schema: str | None = None, strict: bool = False) -> VerifyResult:
    """Compare the live catalog of a schema with this release's. Changes nothing.

    Needs no right but USAGE on the schema. Objects of others in the schema and all grants are
    ignored, what is extra on our objects is not.

    Args:
        conninfo: A libpq connection string or URL.
        schema: Schema to read, by default the first one of the connection's search path.
        strict: Whether extra indexes and changed comments are differences.

    Raises:
        UsageError: No such schema, or a server version that the release does not know.
        DatabaseError: The database cannot be reached, or the schema may not be read.
    """
    with database.session(conninfo, schema=schema, read_only=True) as session:
        if not session.schema_exists():
            raise UsageError(
                f'There is no schema "{session.schema}" in database "{session.database}"; '
                "name another with --schema, or run lms-schema migrate."
            )
        live = read_catalog(session.connection, session.schema)
    differences, notes = compare(release_catalog(session.server_major), live, strict=strict)
    return VerifyResult(session.database, session.schema, session.server_major, differences, notes)


def compare(
    release: Catalog, live: Catalog, *, strict: bool = False
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """List what of the release is missing or different, and what is extra on its objects.

    A missing table or view is listed alone, without its members.

    Returns:
        The differences, and the notes: extra indexes and changed comments unless strict.
    """
    relations = {key for key in release.objects if key.kind in _RELATIONS and key in live.objects}
    present = {key.owner for key in relations}
    functions = {key.owner for key in release.objects if key.kind == "function"}

    def is_judged(key: ObjectKey) -> bool:
        if key.kind == "comment":
            return key.described in release.objects and key.described in live.objects
        if key.kind == "function":
            return key.owner in functions
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
    notes = tuple(item for item in found if not strict and _is_minor(item))
    return tuple(item for item in found if item not in notes), notes


def _difference(key: ObjectKey, expected: str | None, actual: str | None) -> Difference:
    if key.kind == "partition":
        return Difference(key.kind, key.name, "different", _PARTITION_RULE, actual)
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
    return difference.kind == "comment" or (
        difference.kind == "index" and difference.problem == "extra"
    )
