"""Compares the live catalog of one schema with the release's, and with what extras add to it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from lms_schema import database, extras
from lms_schema import package as packages
from lms_schema.catalog import Catalog, ObjectKey, read_catalog, release_catalog
from lms_schema.package import SchemaPackage

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

    @property
    def exit_code(self) -> int:
        """4 when there are differences, else 0."""
        return 4 if self.differences else 0

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "verify", **asdict(self)}


def verify(
    conninfo: str,
    *,
    schema: str | None = None,
    strict: bool = False,
    extra: Sequence[str | Path] = (),
) -> VerifyResult:
    """Compare the live catalog of a schema with this release's. Changes nothing.

    Needs no right but USAGE on the schema. Objects of others in the schema and all grants are
    ignored, what is extra on our objects is not.

    Args:
        conninfo: A libpq connection string or URL.
        schema: Schema to read, by default the first one of the connection's search path.
        strict: Whether extra indexes and changed comments are differences.
        extra: Folders of a project's own SQL on top of the package, in order. What they create
            is found out by applying them on a disposable server, and judged like the package's.

    Raises:
        StatementFailed: An extra does not apply to the package.
        DatabaseNewer: A newer release migrated the schema, so that this one cannot judge it; found
            out where the role may read the records.
        UsageError: No such schema, a server version that the release does not know, an extra that
            cannot be read, or no PostgreSQL to apply it on.
        DatabaseError: The database cannot be reached, or the schema may not be read.
    """
    with database.session(conninfo, schema=schema, read_only=True) as session:
        session.require_schema()
        _refuse_newer(session, packages.extended(packages.read(), extra))
        live = read_catalog(session.connection, session.schema)
    expected = release_catalog(session.server_major)
    unsure: frozenset[ObjectKey] = frozenset()
    if extra:
        additions = extras.additions(extra)
        expected, unsure = additions.on(expected), additions.unsure(session.server_major)
    differences, notes = compare(expected, live, strict=strict, unsure=unsure)
    return VerifyResult(session.database, session.schema, session.server_major, differences, notes)


def _refuse_newer(session: database.Session, package: SchemaPackage) -> None:
    from lms_schema import ledger
    from lms_schema.operations import status

    tracked = ledger.exists(session.connection, session.schema)
    if tracked and ledger.is_readable(session.connection, session.schema):
        entries = ledger.read(session.connection, session.schema)
        status.compare(package, entries).refuse_newer()


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
        strict: Whether extra indexes and changed comments are differences.
        unsure: What another major version defined, so that another definition is but a note.

    Returns:
        The differences, and the notes.
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
    notes = tuple(
        item
        for item in found
        if (not strict and _is_minor(item))
        or (item.problem == "different" and (item.kind, item.name) in unsure)
    )
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
