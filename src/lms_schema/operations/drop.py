"""Removes the package's objects from a schema, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from lms_schema.catalog import schema_objects
from lms_schema.catalog.catalog import read_catalog, release_catalog
from lms_schema.catalog.difference import compare
from lms_schema.errors import DatabaseError, LockNotObtained, UsageError, printable
from lms_schema.records import roles
from lms_schema.server import advisory_lock, search_path, sessions, suggested_commands
from lms_schema.server.blockers import Blockers
from lms_schema.server.sessions import Session

# What depends on the objects of the package without being, or belonging to, one of them.
_DEPENDENTS = """
    WITH RECURSIVE own (classid, objid) AS (
        SELECT * FROM unnest(%(classes)s::oid[], %(objects)s::oid[])
        UNION
        SELECT d.classid, d.objid
        FROM own AS o
        INNER JOIN pg_depend AS d ON o.classid = d.refclassid AND o.objid = d.refobjid
        WHERE d.deptype IN ('a', 'i', 'P', 'S')
    )
    SELECT DISTINCT
        CASE
            WHEN v.objid IS NULL THEN pg_describe_object(d.classid, d.objid, d.objsubid)
            ELSE pg_describe_object(v.refclassid, v.refobjid, 0)
        END || ' depends on ' || pg_describe_object(o.classid, o.objid, 0) AS dependency
    FROM own AS o
    INNER JOIN pg_depend AS d ON o.classid = d.refclassid AND o.objid = d.refobjid
    LEFT JOIN pg_depend AS v ON d.classid = v.classid AND d.objid = v.objid AND v.deptype = 'i'
    WHERE d.deptype = 'n' AND (d.classid, d.objid) NOT IN (SELECT classid, objid FROM own)
    ORDER BY dependency
"""


@dataclass(frozen=True)
class DropResult:
    """What a drop did.

    Attributes:
        database: Name of the database.
        schema: The schema.
        dropped: What was dropped, in that order, like `TABLE learners`.
        left: Roles of the package that stay, like `ROLE lms_service`, each with the reason.
    """

    database: str
    schema: str
    dropped: tuple[str, ...]
    left: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """Return the result as a JSON-compatible mapping, format 1."""
        return {"format": 1, "command": "drop", **asdict(self)}


def drop(
    conninfo: str, *, schema: str, lock_timeout: float = 5.0, wait: float = 60.0
) -> DropResult:
    """Remove the package's objects, with all data in them, in one transaction.

    The objects are those that `migrate` recorded, of extras too: without the records nothing could
    tell any more what an extra had made. A schema without records (psql applied the
    files) must equal this release, since another's table may bear the name of one of ours.
    Objects of others stay, and so does the schema itself, with its owner and grants. Roles that
    the files made are dropped when nothing else of the server uses them and the role that runs it
    may; else they are left.

    Args:
        conninfo: Any libpq connection string.
        schema: The schema.
        lock_timeout: Seconds that a statement waits for a lock.
        wait: Seconds to wait for another runner to end.

    Raises:
        DatabaseError: When something of others depends on an object, which it lists, or when it
            cannot tell which objects are the package's, or its state tables are not what `migrate`
            made; nothing was dropped.
        LockNotObtained: When another runner, or the user of an object, did not go away in time.
        UsageError: When there is no such schema, or the server is not supported.
    """
    with sessions.session(conninfo, schema=schema, lock_timeout=lock_timeout) as session:
        if not session.schema_exists():
            raise UsageError(
                printable(f'There is no schema "{schema}" in database "{session.database}".')
            )
        connection = session.connection
        with (
            advisory_lock.held(connection, schema, wait=wait, on_wait=lambda _holder: None),
            Blockers(session, lambda _event: None) as blockers,
        ):
            try:
                with connection.transaction(), blockers.over("drop", limited=True):
                    dropped, left = _drop(session)
            except (
                psycopg.errors.LockNotAvailable,
                psycopg.errors.DeadlockDetected,
                psycopg.errors.QueryCanceled,
            ) as error:
                if isinstance(error, psycopg.errors.QueryCanceled) and not blockers.gave_way:
                    raise
                who = ", ".join(blockers.seen) or "Another session"
                raise LockNotObtained(
                    f"An object is in use, so nothing was dropped: {who} holds a lock on it. "
                    "Try again when that has ended."
                ) from error
    return DropResult(session.database, schema, tuple(dropped), left)


def _drop(session: Session) -> tuple[list[str], Mapping[str, str]]:
    from lms_schema.records import ledger

    connection = session.connection
    is_tracked = ledger.exists(connection, session.schema)
    present = schema_objects.objects(connection, session.schema)
    state = [f"TABLE {table}" for table in ledger.TABLES if f"TABLE {table}" in present]
    own = _recorded(session) if is_tracked else _proven(session, present)
    # What depends on an object is newer than it, unless it was replaced since.
    newest_first = sorted(
        own & present.keys(), key=lambda name: present[name].address[1], reverse=True
    )
    addresses = [present[name].address for name in (*newest_first, *state)]
    _refuse_dependents(session, addresses)
    granted = {
        f"{roles.PREFIX}{key.name}"
        for key in read_catalog(connection, session.schema).objects
        if key.kind == "role"
    }
    with search_path.opened(connection, session.schema):
        dropped = _drop_all(connection, newest_first) + _drop_all(connection, state)
    gone, left = roles.drop_unused(connection, session.schema, own & granted)
    return dropped + gone, left


def _drop_all(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[str]:
    """Drop objects in the order in which their dependencies allow it, and return that order."""
    dropped: list[str] = []
    while left := [name for name in names if name not in dropped]:
        gone = [name for name in left if _drop_one(connection, name)]
        if not gone:
            raise DatabaseError(
                f"Nothing was dropped, because something depends on {printable(', '.join(left))}."
            )
        dropped += gone
    return dropped


def _drop_one(connection: psycopg.Connection[Any], name: str) -> bool:
    """Drop an object if it is still there; False when something depends on it."""
    statement = (
        f"DROP {schema_objects.kind(name)} IF EXISTS {schema_objects.identity(name)} RESTRICT"
    )
    try:
        with connection.transaction():
            connection.execute(statement.encode())
    except psycopg.errors.DependentObjectsStillExist:
        return False
    return True


def _recorded(session: Session) -> set[str]:
    """Return the names of what `migrate` recorded."""
    from lms_schema.records import ledger

    records = ledger.read(session.connection, session.schema).values()
    return {name for record in records for name in record.objects}


def _proven(session: Session, present: Collection[str]) -> set[str]:
    """Return the names of this release's objects in a schema that has no records."""
    release = release_catalog()
    live = read_catalog(session.connection, session.schema)
    names = {
        key.name
        for key in release.objects.keys() & live.objects.keys()
        if key.kind in ("type", "table", "view", "function")
    }
    made = {f"{roles.PREFIX}{key.name}" for key in release.objects if key.kind == "role"}
    differences, _ = compare(release, live)
    if names and differences:
        raise DatabaseError(
            f'Schema "{printable(session.schema)}" has no record of a migrate, and '
            f"{len(differences)} objects differ from this release, so some may not be the "
            "package's. Nothing was dropped. "
            f"Run: {suggested_commands.command('verify', session.schema)}"
        )
    return {name for name in present if schema_objects.identity(name) in names} | made


def _refuse_dependents(session: Session, addresses: Collection[tuple[int, int]]) -> None:
    rows = search_path.printed(
        session.connection,
        session.schema,
        _DEPENDENTS,
        {
            "classes": [classid for classid, _ in addresses],
            "objects": [objid for _, objid in addresses],
        },
    )
    if rows:
        listed = "\n".join(f"    {printable(row[0])}" for row in rows)
        raise DatabaseError(
            f"Others use the package's objects, so nothing was dropped:\n{listed}\n"
            "Drop or change these first."
        )
