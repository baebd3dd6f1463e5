"""What was applied: the state tables in the target schema.

Reading them takes nothing but SQL. Their layout and their rows are yoyo's: see `yoyo_layout`.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.pq import Escaping

from lms_schema.catalog import trust
from lms_schema.errors import DatabaseError, UsageError, printable
from lms_schema.records import roles, yoyo_layout
from lms_schema.server import search_path
from lms_schema.source import directives
from lms_schema.source.statements import qualified, split

if TYPE_CHECKING:
    from datetime import datetime

    from lms_schema.server.sessions import Session
    from lms_schema.source.files import SqlFile

TABLE = "lms_schema_migration"
LOG_TABLE = "lms_schema_log"
VERSION_TABLE = "lms_schema_yoyo_version"
TABLES = (TABLE, LOG_TABLE, VERSION_TABLE)

RECORD = yoyo_layout.MIGRATION | {
    "checksum": "text",
    "package_version": "text",
    "objects": "text[]",
    "content": "text",
}
"""The columns of a file's record with their types: yoyo's and our own."""

_ORIGIN = {"installed_at": "timestamp with time zone", "is_own": "boolean"}

COLUMNS = {
    TABLE: RECORD | _ORIGIN,
    LOG_TABLE: yoyo_layout.LOG | _ORIGIN,
    VERSION_TABLE: yoyo_layout.VERSION | _ORIGIN,
}
"""Columns of the state tables with their types. The first and `installed_at` are the key."""

# A constant, since PostgreSQL reads the word as it makes the table. So the rows that pg_dump takes
# from one schema collide with none of another, and are not taken for those of that one.
_DEFINITIONS = {
    "content": " DEFAULT '' NOT NULL",
    "installed_at": " DEFAULT 'now'",
    "is_own": " GENERATED ALWAYS AS (installed_at = 'now'::timestamptz) STORED",
}

AGAIN = "again "
"""What stands before the checksum of a file that is to be applied again, as it is."""

_LISTED = 5
"""How many schemas a message lists."""
_REPAIR = "repair: "
"""How the comment of a log entry begins that tells what was repaired."""


def creation(schema: str | None = None) -> str:
    """Return the SQL that creates the state tables.

    Args:
        schema: Where; None: where the search path says.
    """
    table, log_table, version_table = (
        name if schema is None else qualified(schema, name) for name in TABLES
    )
    return f"""\
{_creation(table, COLUMNS[TABLE])}
{_creation(log_table, COLUMNS[LOG_TABLE])}
{_creation(version_table, COLUMNS[VERSION_TABLE])}
{yoyo_layout.FIRST_ROW.format(version_table)};
COMMENT ON TABLE {table} IS
    'What lms-schema applied to this schema, one row per file. Written by lms-schema migrate only.';
COMMENT ON COLUMN {table}.migration_hash IS 'SHA-256 of migration_id, in hexadecimal.';
COMMENT ON COLUMN {table}.migration_id IS 'Path of the file below schema/, without the ending.';
COMMENT ON COLUMN {table}.applied_at_utc IS 'When it was applied last, in UTC.';
COMMENT ON COLUMN {table}.checksum IS
    'SHA-256 of content, in hexadecimal; with "again " before it: to be applied again.';
COMMENT ON COLUMN {table}.package_version IS 'Release of lms-schema that applied it.';
COMMENT ON COLUMN {table}.objects IS
    'What the file created, each as DROP would name it, relative to this schema.';
COMMENT ON COLUMN {table}.content IS
    'The file as it was applied: what lms-schema plan reproduces this schema from.';
COMMENT ON TABLE {log_table} IS 'Each time that a file was applied or dropped, by whom and when.';
COMMENT ON COLUMN {log_table}.id IS 'Random UUID of the entry.';
COMMENT ON COLUMN {log_table}.migration_hash IS 'SHA-256 of migration_id, in hexadecimal.';
COMMENT ON COLUMN {log_table}.migration_id IS 'Path of the file below schema/, without the ending.';
COMMENT ON COLUMN {log_table}.operation IS
    'mark when the file was recorded as applied, unmark when that record was removed.';
COMMENT ON COLUMN {log_table}.username IS 'Database role that did it.';
COMMENT ON COLUMN {log_table}.hostname IS 'Host that lms-schema ran on.';
COMMENT ON COLUMN {log_table}.comment IS
    'Of a repair: "repair: " and what was missing or different; else empty.';
COMMENT ON COLUMN {log_table}.created_at_utc IS 'When it was done, in UTC.';
COMMENT ON TABLE {version_table} IS 'Version of the layout of the lms_schema_ tables (by yoyo).';
COMMENT ON COLUMN {version_table}.version IS 'Number of a layout that was reached.';
COMMENT ON COLUMN {version_table}.installed_at_utc IS 'When it was reached, in UTC.';
"""


def _creation(table: str, columns: Mapping[str, str]) -> str:
    lines = [f"    {name} {kind}{_DEFINITIONS.get(name, '')}" for name, kind in columns.items()]
    lines.append(f"    PRIMARY KEY ({next(iter(columns))}, installed_at)")
    body = ",\n".join(lines)
    return f"""\
CREATE TABLE {table} (
{body}
);
COMMENT ON COLUMN {table}.installed_at IS 'When the table was made that the row was written to.';
COMMENT ON COLUMN {table}.is_own IS
    'Whether that is this one. Else a restore of data brought the row along: nobody reads it.';"""


_RECORD = f"""
    WITH moved AS (
        UPDATE {{schema}}.{TABLE}
        SET objects = ARRAY(
            SELECT o FROM unnest(objects) WITH ORDINALITY AS u (o, n)
            WHERE o <> ALL (%(objects)s::text[]) ORDER BY n
        )
        WHERE migration_id <> %(migration_id)s AND objects && %(objects)s::text[]
    ),
    logged AS (
        INSERT INTO {{schema}}.{LOG_TABLE}
            (id, migration_hash, migration_id, operation, username, hostname, comment,
            created_at_utc)
        VALUES (%(id)s, %(migration_hash)s, %(migration_id)s, %(operation)s, %(username)s,
            %(hostname)s, left(%(comment)s, 255), %(created_at_utc)s)
    )
    INSERT INTO {{schema}}.{TABLE} (migration_hash, migration_id, applied_at_utc, checksum,
        package_version, objects, content)
    VALUES (%(migration_hash)s, %(migration_id)s, %(created_at_utc)s, %(checksum)s,
        %(package_version)s, %(objects)s::text[], %(content)s)
    ON CONFLICT (migration_hash, installed_at) DO UPDATE SET
        applied_at_utc = excluded.applied_at_utc,
        checksum = excluded.checksum,
        package_version = excluded.package_version,
        objects = excluded.objects,
        content = excluded.content
"""  # noqa: S608 (names of tables, above)

_VALUES = (
    "id",
    "migration_hash",
    "migration_id",
    "operation",
    "username",
    "hostname",
    "checksum",
    "package_version",
    "content",
)
"""What the statement below is given of a file; the time is the server's."""

_NOTE = f"""
    PREPARE lms_schema_note AS
    WITH applied AS MATERIALIZED (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at),
    logged AS (
        INSERT INTO {{schema}}.{LOG_TABLE}
            (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
        SELECT $1, $2, $3, $4, $5, $6, at FROM applied
    )
    INSERT INTO {{schema}}.{TABLE} (migration_hash, migration_id, applied_at_utc, checksum,
        package_version, objects, content)
    SELECT $2, $3, at, $7, $8, ARRAY[]::text[], $9 FROM applied
"""  # noqa: S608 (names of tables, above)

# The commands of a transaction are numbered, and each row that it wrote bears the number of its
# command. So an object belongs to the first file that was noted after it.
_SETTLE = f"""
    PREPARE lms_schema_settle (text[], bigint[]) AS
    WITH noted AS (
        SELECT migration_id, cmin::text::bigint AS command, applied_at_utc FROM {{schema}}.{TABLE}
        WHERE xmin = pg_current_xact_id()::xid
    ),
    made AS (
        SELECT o.name, o.place, (
            SELECT n.migration_id FROM noted AS n WHERE n.command >= o.command
            ORDER BY n.command LIMIT 1
        ) AS migration_id
        FROM unnest($1, $2) WITH ORDINALITY AS o (name, command, place)
    ),
    settled AS (
        UPDATE {{schema}}.{TABLE} AS t
        SET objects = CASE WHEN t.migration_id IN (SELECT migration_id FROM noted)
            THEN ARRAY(SELECT name FROM made WHERE migration_id = t.migration_id ORDER BY place)
            ELSE ARRAY(
                SELECT o FROM unnest(t.objects) WITH ORDINALITY AS u (o, n)
                WHERE o NOT IN (SELECT name FROM made) ORDER BY n
            )
        END
        WHERE t.migration_id IN (SELECT migration_id FROM made)
            OR t.objects && ARRAY(SELECT name FROM made)
    )
    SELECT migration_id, extract(epoch FROM
        applied_at_utc - lag(applied_at_utc, 1, now() AT TIME ZONE 'UTC') OVER (ORDER BY command)
    )::float8
    FROM noted
"""  # noqa: S608 (names of tables, above)


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
    row = connection.execute(search_path.within(connection, schema, query, (_REPAIR,))).fetchone()
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


class Ledger:
    """Writes the state tables of a schema, inside the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def create(self) -> None:
        """Create the state tables."""
        # one by one: Citus sends the text of a message on to its workers, whole
        for statement in split(creation(self._schema)):
            self._connection.execute(statement.text.encode())

    def record(self, file: SqlFile, objects: Sequence[str], repair: str | None = None) -> Entry:
        """Record a file as applied, in place of an earlier record.

        What it created is no longer another file's: a function may move to another file.

        Args:
            file: The file.
            objects: What it created.
            repair: What it mends, when it was applied again for that.
        """
        comment = repair and f"{_REPAIR}{repair}"
        values = {**self._values(file), "objects": list(objects), "comment": comment}
        self._connection.execute(self._sql(_RECORD, values))
        return Entry(
            str(values["checksum"]),
            str(values["package_version"]),
            tuple(objects),
            overrides=file.overrides,
        )

    def preparation(self) -> list[bytes]:
        """Return the statements that the session needs before `note` and `settlement`.

        To plan them anew for each file would take the server as long as many a file does.
        """
        return [self._sql(_NOTE), self._sql(_SETTLE)]

    def note(self, file: SqlFile) -> bytes:
        """Return the statement that records a new file as applied, to be sent after its own.

        What the file created is recorded by the settlement, in the same transaction.
        """
        values = self._values(file)
        literal = Escaping(self._connection.pgconn).escape_literal
        given = b", ".join(literal(str(values[value]).encode()) for value in _VALUES)
        return b"EXECUTE lms_schema_note (" + given + b")"

    def settlement(self, written: Sequence[tuple[str, int]]) -> bytes:
        """Return the statement that records what the files created that the transaction noted.

        Its rows are these files and the seconds that each took.

        Args:
            written: What the transaction wrote, each with the number of its command.
        """
        names, commands = [name for name, _ in written], [command for _, command in written]
        return self._sql("EXECUTE lms_schema_settle (%s::text[], %s::bigint[])", (names, commands))

    def _values(self, file: SqlFile) -> dict[str, object]:
        from lms_schema import __version__

        return {
            **yoyo_layout.log_row(self._connection, file.id, "mark"),
            "checksum": file.checksum,
            "package_version": __version__,
            "content": file.text,
        }

    def revise(self, file_id: str, objects: Sequence[str], *, again: bool = False) -> None:
        """Change what a recorded file has created, and with `again` mark it to be run again."""
        self._connection.execute(
            self._sql(
                f"UPDATE {{schema}}.{TABLE} SET objects = %s::text[], "  # noqa: S608
                "checksum = CASE WHEN %s THEN %s || right(checksum, 64) ELSE checksum END "
                "WHERE migration_id = %s",
                (list(objects), again, AGAIN, file_id),
            )
        )

    def forget(self, file_id: str) -> None:
        """Remove the record of a file, if there is one."""
        query = self._sql(f"SELECT FROM {{schema}}.{TABLE} WHERE migration_id = %s", (file_id,))
        if self._connection.execute(query).fetchone() is not None:
            from lms_schema.records import yoyo_rows

            backend = yoyo_rows.Backend(self._connection, self._schema, *TABLES)
            backend.unmark_one(yoyo_rows.migration(file_id))

    def _sql(self, query: str, values: Mapping[str, object] | Sequence[object] = ()) -> bytes:
        return search_path.within(self._connection, self._schema, query, values)
