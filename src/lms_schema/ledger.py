"""What was applied: the state tables in the target schema.

Reading them takes nothing but SQL. Their layout and their rows are yoyo's: see `yoyo_layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from psycopg.pq import Escaping

from lms_schema import yoyo_layout

if TYPE_CHECKING:
    from lms_schema.package import SqlFile

TABLE = "lms_schema_migration"
LOG_TABLE = "lms_schema_log"
VERSION_TABLE = "lms_schema_yoyo_version"
TABLES = (TABLE, LOG_TABLE, VERSION_TABLE)

CREATION = f"""\
{yoyo_layout.tables(*TABLES)}
ALTER TABLE {TABLE}
    ADD COLUMN checksum text,
    ADD COLUMN package_version text,
    ADD COLUMN objects text[],
    ADD COLUMN content text NOT NULL DEFAULT '';
COMMENT ON TABLE {TABLE} IS
    'What lms-schema applied to this schema, a row a file. Written by lms-schema migrate only.';
COMMENT ON COLUMN {TABLE}.migration_hash IS 'SHA-256 of migration_id, in hexadecimal.';
COMMENT ON COLUMN {TABLE}.migration_id IS 'Path of the file below schema/, without the ending.';
COMMENT ON COLUMN {TABLE}.applied_at_utc IS 'When it was applied last, in UTC.';
COMMENT ON COLUMN {TABLE}.checksum IS
    'SHA-256 of the content that was applied, in hexadecimal; empty: to be applied again.';
COMMENT ON COLUMN {TABLE}.package_version IS 'Release of lms-schema that applied it.';
COMMENT ON COLUMN {TABLE}.objects IS
    'What the file created, each as DROP would name it, relative to this schema.';
COMMENT ON COLUMN {TABLE}.content IS
    'The file as it was applied: what lms-schema plan reproduces this schema from.';
COMMENT ON TABLE {LOG_TABLE} IS 'Each time that a file was applied or dropped, by whom and when.';
COMMENT ON COLUMN {LOG_TABLE}.id IS 'Random UUID of the entry.';
COMMENT ON COLUMN {LOG_TABLE}.migration_hash IS 'SHA-256 of migration_id, in hexadecimal.';
COMMENT ON COLUMN {LOG_TABLE}.migration_id IS 'Path of the file below schema/, without the ending.';
COMMENT ON COLUMN {LOG_TABLE}.operation IS
    'mark when the file was recorded as applied, unmark when that record was removed.';
COMMENT ON COLUMN {LOG_TABLE}.username IS 'Database role that did it.';
COMMENT ON COLUMN {LOG_TABLE}.hostname IS 'Host that lms-schema ran on.';
COMMENT ON COLUMN {LOG_TABLE}.comment IS 'Not used by lms-schema.';
COMMENT ON COLUMN {LOG_TABLE}.created_at_utc IS 'When it was done, in UTC.';
COMMENT ON TABLE {VERSION_TABLE} IS 'Version of the layout of the lms_schema_ tables (by yoyo).';
COMMENT ON COLUMN {VERSION_TABLE}.version IS 'Number of a layout that was reached.';
COMMENT ON COLUMN {VERSION_TABLE}.installed_at_utc IS 'When it was reached, in UTC.';
"""
"""SQL that creates the state tables: yoyo's, with columns of our own."""


_VALUES = (
    "id",
    "migration_hash",
    "migration_id",
    "operation",
    "username",
    "hostname",
    "created_at_utc",
    "checksum",
    "package_version",
    "content",
)
"""What the statement below is given of a file, beside an array of the objects."""

_RECORD = f"""
    WITH made AS MATERIALIZED (SELECT {{objects}} AS names),
    moved AS (
        UPDATE {TABLE} AS t
        SET objects = ARRAY(
            SELECT o FROM unnest(t.objects) WITH ORDINALITY AS u (o, n)
            WHERE o <> ALL (made.names) ORDER BY n
        )
        FROM made WHERE migration_id <> {{migration_id}} AND objects && made.names
    ),
    logged AS (
        INSERT INTO {LOG_TABLE}
            (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
        VALUES ({{id}}, {{migration_hash}}, {{migration_id}}, {{operation}}, {{username}},
            {{hostname}}, {{created_at_utc}})
    )
    INSERT INTO {TABLE} (migration_hash, migration_id, applied_at_utc, checksum, package_version,
        objects, content)
    SELECT {{migration_hash}}, {{migration_id}}, {{created_at_utc}}, {{checksum}},
        {{package_version}}, names, {{content}}
    FROM made
    ON CONFLICT (migration_hash) DO UPDATE SET
        applied_at_utc = excluded.applied_at_utc,
        checksum = excluded.checksum,
        package_version = excluded.package_version,
        objects = excluded.objects,
        content = excluded.content
"""  # noqa: S608 (names of tables, above)


@dataclass(frozen=True)
class Entry:
    """One applied file, as recorded.

    Attributes:
        checksum: Of the content that was applied.
        package_version: The release that applied it.
        objects: What it created, like `FUNCTION f(uuid)`.
    """

    checksum: str
    package_version: str
    objects: tuple[str, ...]


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
    """Return what is recorded in the schema, by id; needs SELECT on the table."""
    rows = connection.execute(
        sql.SQL("SELECT migration_id, checksum, package_version, objects FROM {}").format(
            sql.Identifier(schema, TABLE)
        )
    )
    return {row[0]: Entry(row[1] or "", row[2] or "", tuple(row[3] or ())) for row in rows}


def contents(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Return the files as they were applied, by id; needs SELECT on the table."""
    rows = connection.execute(
        sql.SQL("SELECT migration_id, content FROM {}").format(sql.Identifier(schema, TABLE))
    )
    return dict(rows.fetchall())


class Ledger:
    """Writes the state tables of the connection's schema, inside the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def create(self) -> None:
        """Create the state tables."""
        self._connection.execute(CREATION.encode())

    def record(self, file: SqlFile, objects: Sequence[str]) -> Entry:
        """Record a file as applied, in place of an earlier record.

        What it created is no longer another file's: a function may move to another file.
        """
        values = {**self._values(file), "objects": list(objects)}
        places = {name: f"%({name})s" for name in _VALUES}
        query = _RECORD.format(objects="%(objects)s::text[]", **places)
        self._connection.execute(query.encode(), values)
        return Entry(str(values["checksum"]), str(values["package_version"]), tuple(objects))

    def preparation(self, name: str, objects: str) -> bytes:
        """Return the statement that prepares `statement` under a name.

        Args:
            name: The name.
            objects: An expression for an array of what a file created.
        """
        places = {value: f"${number}" for number, value in enumerate(_VALUES, 1)}
        return f"PREPARE {name} AS {_RECORD.format(objects=objects, **places)}".encode()

    def statement(self, name: str, file: SqlFile) -> bytes:
        """Return the statement that records a file, to be sent along with others."""
        values = self._values(file)
        literal = Escaping(self._connection.pgconn).escape_literal
        given = b", ".join(literal(str(values[value]).encode()) for value in _VALUES)
        return f"EXECUTE {name} (".encode() + given + b")"

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
            f"UPDATE {TABLE} SET objects = %s, "  # noqa: S608
            "checksum = CASE WHEN %s THEN '' ELSE checksum END WHERE migration_id = %s",
            (list(objects), again, file_id),
        )

    def forget(self, file_id: str) -> None:
        """Remove the record of a file, if there is one."""
        query = f"SELECT FROM {TABLE} WHERE migration_id = %s"
        if self._connection.execute(query, (file_id,)).fetchone() is not None:
            from lms_schema import yoyo_rows

            backend = yoyo_rows.Backend(self._connection, *TABLES)
            backend.unmark_one(yoyo_rows.migration(file_id))
