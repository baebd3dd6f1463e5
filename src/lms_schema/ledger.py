"""What was applied: the state tables in the target schema.

Reading them takes nothing but SQL. Their layout and their rows are yoyo's: see `yoyo_layout`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.pq import Escaping

from lms_schema import package as packages
from lms_schema import search_path, yoyo_layout
from lms_schema.statements import qualified

if TYPE_CHECKING:
    from datetime import datetime

    from lms_schema.package import SqlFile

TABLE = "lms_schema_migration"
LOG_TABLE = "lms_schema_log"
VERSION_TABLE = "lms_schema_yoyo_version"
TABLES = (TABLE, LOG_TABLE, VERSION_TABLE)

_REPAIR = "repair: "
"""How the comment of a log entry begins that tells what was repaired."""


def creation(schema: str | None = None) -> str:
    """Return the SQL that creates the state tables: yoyo's, with columns of our own.

    Args:
        schema: Where; None: where the search path says.
    """
    table, log_table, version_table = (
        name if schema is None else qualified(schema, name) for name in TABLES
    )
    return f"""\
{yoyo_layout.tables(table, log_table, version_table)}
ALTER TABLE {table}
    ADD COLUMN checksum text,
    ADD COLUMN package_version text,
    ADD COLUMN objects text[],
    ADD COLUMN content text NOT NULL DEFAULT '';
COMMENT ON TABLE {table} IS
    'What lms-schema applied to this schema, a row a file. Written by lms-schema migrate only.';
COMMENT ON COLUMN {table}.migration_hash IS 'SHA-256 of migration_id, in hexadecimal.';
COMMENT ON COLUMN {table}.migration_id IS 'Path of the file below schema/, without the ending.';
COMMENT ON COLUMN {table}.applied_at_utc IS 'When it was applied last, in UTC.';
COMMENT ON COLUMN {table}.checksum IS
    'SHA-256 of the content that was applied, in hexadecimal; empty: to be applied again.';
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
    ON CONFLICT (migration_hash) DO UPDATE SET
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
        overrides: Of an extra's file: the package's files of whose objects it made others.
    """

    checksum: str
    package_version: str
    objects: tuple[str, ...]
    overrides: tuple[str, ...] = ()


def exists(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Tell whether the schema holds the state tables; needs no right on them."""
    query = """
        SELECT EXISTS (
            SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = %s AND c.relname = %s
        )
    """
    row = connection.execute(query, (schema, TABLE)).fetchone()
    return bool(row and row[0])


def read(connection: psycopg.Connection[Any], schema: str) -> dict[str, Entry]:
    """Return what is recorded, by id in the order of time; needs SELECT on the table."""
    rows = connection.execute(
        sql.SQL(
            "SELECT migration_id, checksum, package_version, objects, "
            "CASE WHEN migration_id LIKE '%:%' AND content LIKE '%overrides:%' THEN content END "
            "FROM {} ORDER BY applied_at_utc, migration_id"
        ).format(sql.Identifier(schema, TABLE))
    )
    return {
        row[0]: Entry(
            row[1] or "",
            row[2] or "",
            tuple(row[3] or ()),
            packages.overrides(row[4]) if row[4] else (),
        )
        for row in rows
    }


def last_repair(connection: psycopg.Connection[Any], schema: str) -> datetime | None:
    """Return when a file was last applied again as a repair, in UTC.

    None: never, or the role may not read the log.
    """
    log = sql.Identifier(schema, LOG_TABLE)
    right = "SELECT has_table_privilege(%s, 'SELECT')"
    row = connection.execute(right, (log.as_string(connection),)).fetchone()
    if not (row and row[0]):
        return None
    query = sql.SQL("SELECT max(created_at_utc) FROM {} WHERE starts_with(comment, %s)").format(log)
    row = connection.execute(query, (_REPAIR,)).fetchone()
    return row and row[0]


def contents(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Return the files as they were applied, by id; needs SELECT on the table."""
    rows = connection.execute(
        sql.SQL("SELECT migration_id, content FROM {}").format(sql.Identifier(schema, TABLE))
    )
    return dict(rows.fetchall())


class Ledger:
    """Writes the state tables of a schema, inside the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema

    def create(self) -> None:
        """Create the state tables."""
        self._connection.execute(creation(self._schema).encode())

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
            file.overrides,
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
                "checksum = CASE WHEN %s THEN '' ELSE checksum END WHERE migration_id = %s",
                (list(objects), again, file_id),
            )
        )

    def forget(self, file_id: str) -> None:
        """Remove the record of a file, if there is one."""
        query = self._sql(f"SELECT FROM {{schema}}.{TABLE} WHERE migration_id = %s", (file_id,))
        if self._connection.execute(query).fetchone() is not None:
            from lms_schema import yoyo_rows

            backend = yoyo_rows.Backend(self._connection, self._schema, *TABLES)
            backend.unmark_one(yoyo_rows.migration(file_id))

    def _sql(self, query: str, values: Mapping[str, object] | Sequence[object] = ()) -> bytes:
        return search_path.within(self._connection, self._schema, query, values)
