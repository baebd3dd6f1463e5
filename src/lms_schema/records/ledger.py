"""What was applied: the state tables of the target schema, read with plain SQL.

yoyo-migrations makes these tables and writes their rows: see `record_writer`.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from lms_schema.catalog import trust
from lms_schema.errors import DatabaseError, UsageError, printable
from lms_schema.records import roles
from lms_schema.server import search_path
from lms_schema.source import directives

if TYPE_CHECKING:
    from datetime import datetime

    from lms_schema.server.sessions import Session

TABLE = "lms_schema_migration"
LOG_TABLE = "lms_schema_log"
VERSION_TABLE = "lms_schema_yoyo_version"
TABLES = (TABLE, LOG_TABLE, VERSION_TABLE)

OWN = {"checksum": "text", "package_version": "text", "objects": "text[]", "content": "text"}
"""The columns of a file's record that are not yoyo's, with their types."""
ORIGIN = {"installed_at": "timestamp with time zone", "is_own": "boolean"}
"""Those of each state table that tell whose rows they are; the first is a part of the key."""

COLUMNS: Mapping[str, Mapping[str, str]] = {
    TABLE: {
        "migration_id": "character varying(255)",
        "applied_at_utc": "timestamp without time zone",
        **OWN,
        **ORIGIN,
    },
    LOG_TABLE: {
        "username": "character varying(255)",
        "comment": "character varying(255)",
        "created_at_utc": "timestamp without time zone",
        **ORIGIN,
    },
    VERSION_TABLE: ORIGIN,
}
"""What is read of each state table, with its type."""

AGAIN = "again "
"""What stands before the checksum of a file that is to be applied again, as it is."""
REPAIR = "repair: "
"""How the comment of a log entry begins that tells what was repaired."""

_LISTED = 5
"""How many schemas a message lists."""


@dataclass(frozen=True)
class Entry:
    """One applied file, as recorded.

    Attributes:
        checksum: Of the content that was applied.
        package_version: The release that applied it.
        objects: What it created, like `FUNCTION f(uuid)`.
        applied_at: When it was applied last, in UTC; None: not read yet.
        overrides: Of an extra's file: the package's files of whose objects it made others.
    """

    checksum: str
    package_version: str
    objects: tuple[str, ...]
    applied_at: datetime | None = None
    overrides: tuple[str, ...] = ()


def exists(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Tell whether the schema holds the state tables; needs no right on them.

    Raises:
        DatabaseError: When one of them is not what `migrate` made, so that it must not be read.
    """
    return TABLE in trust.state_tables(connection, schema, COLUMNS)


def read(connection: psycopg.Connection[Any], schema: str) -> dict[str, Entry]:
    """Return what is recorded, by id in the order of time; needs SELECT on the table.

    It must exist, see `exists`. A file whose roles are gone, which a dump does not bring along,
    has no checksum: it is to be applied again.
    """
    rows = connection.execute(
        sql.SQL(
            "SELECT coalesce(migration_id, ''), CASE WHEN NOT EXISTS (SELECT FROM unnest(objects) "
            "AS o WHERE starts_with(o, {role}) AND to_regrole(substr(o, {length})) IS NULL) "
            "THEN checksum END, package_version, objects, "
            "applied_at_utc, "
            "CASE WHEN migration_id LIKE '%:%' AND content LIKE '%overrides:%' THEN content END "
            "FROM {table} WHERE is_own ORDER BY applied_at_utc, migration_id"
        ).format(
            table=sql.Identifier(schema, TABLE), role=roles.PREFIX, length=len(roles.PREFIX) + 1
        )
    )
    return {
        name: Entry(
            "" if (checksum or "").startswith(AGAIN) else checksum or "",
            version or "",
            tuple(filter(None, objects or ())),
            applied_at,
            directives.overrides(text) if text else (),
        )
        for name, checksum, version, objects, applied_at, text in rows
    }


def last_changes(
    connection: psycopg.Connection[Any], schema: str
) -> tuple[str | None, datetime | None]:
    """Return the role that applied a file last, and when one was last applied as a repair, in UTC.

    None: never, or the log is not there or not to read.
    """
    if not is_readable(connection, schema, LOG_TABLE):
        return None, None
    query = f"""
        SELECT (
                SELECT username FROM {{schema}}.{LOG_TABLE} WHERE is_own
                ORDER BY created_at_utc DESC, id LIMIT 1
            ),
            max(created_at_utc) FILTER (WHERE starts_with(comment, %s))
        FROM {{schema}}.{LOG_TABLE} WHERE is_own
    """  # noqa: S608 (names of tables, above)
    row = connection.execute(search_path.within(connection, schema, query, (REPAIR,))).fetchone()
    return row or (None, None)


def is_readable(connection: psycopg.Connection[Any], schema: str, table: str = TABLE) -> bool:
    """Tell whether the role of the connection may read a state table, which `exists`."""
    query = """
        SELECT has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = %s
    """
    row = connection.execute(query, (schema, table)).fetchone()
    return bool(row and row[0])


def elsewhere(connection: psycopg.Connection[Any], schema: str) -> tuple[str, ...]:
    """Return the other schemas that hold a table of the records' name; nothing of it is read."""
    query = """
        SELECT n.nspname::text
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname <> %s AND c.relname = %s
        ORDER BY 1
    """
    return tuple(row[0] for row in connection.execute(query, (schema, TABLE)))


def require_name(session: Session) -> None:
    """Refuse a schema without records that nobody named, where another one has records.

    Else a forgotten `--schema` would make a second copy.

    Raises:
        UsageError: It names the schemas that have one.
    """
    others = () if session.is_named else elsewhere(session.connection, session.schema)
    if others:
        listed = ", ".join(f'"{name}"' for name in others[:_LISTED])
        more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
        raise UsageError(
            f'Database "{session.database}" has the package in schema {listed}{more}, and nobody '
            f'named schema "{session.schema}", which does not have it. Name the one that you mean '
            f"with --schema or LMS_SCHEMA, like --schema {shlex.quote(others[0])}."
        )


def contents(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Return the files as they were applied, by id; needs SELECT on the table.

    A content is empty where it was never recorded.

    Raises:
        DatabaseError: When the content of one is not what its checksum is of.
    """
    rows = connection.execute(
        sql.SQL("SELECT coalesce(migration_id, ''), content, checksum FROM {} WHERE is_own").format(
            sql.Identifier(schema, TABLE)
        )
    )
    texts: dict[str, str] = {}
    changed = []
    for name, text, checksum in rows:
        texts[name] = text
        proof = (checksum or "").removeprefix(AGAIN)
        if text and hashlib.sha256(text.encode()).hexdigest() != proof:
            changed.append(name)
    if changed:
        raise DatabaseError(
            f"Table {TABLE} does not hold what was applied as "
            f"{printable(', '.join(sorted(changed)))}: its "
            "content has another checksum than the one recorded, so none of it was run. Find out "
            "who wrote to that table. Restore its rows from a backup, or set content to the text "
            "of the file that was applied; status lists what is pending."
        )
    return texts
