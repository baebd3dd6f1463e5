"""What was applied: the state tables in the target schema.

Reading them takes nothing but SQL. Their layout and their rows are yoyo's, which `yoyo_rows` knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from lms_schema.yoyo_rows import YoyoRows

TABLE = "lms_schema_migration"
LOG_TABLE = "lms_schema_log"
VERSION_TABLE = "lms_schema_yoyo_version"
TABLES = (TABLE, LOG_TABLE, VERSION_TABLE)

_OWN_COLUMNS = f"""
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


# One statement, since a fresh install sends it for each file.
_RECORD = f"""
    WITH moved AS (
        UPDATE {TABLE} AS t
        SET objects = ARRAY(
            SELECT o FROM unnest(t.objects) WITH ORDINALITY AS u (o, n)
            WHERE o <> ALL (%(objects)s::text[]) ORDER BY n
        )
        WHERE migration_id <> %(migration_id)s AND objects && %(objects)s::text[]
    ),
    logged AS (
        INSERT INTO {LOG_TABLE}
            (id, migration_hash, migration_id, operation, username, hostname, created_at_utc)
        VALUES (%(id)s, %(migration_hash)s, %(migration_id)s, %(operation)s, %(username)s,
            %(hostname)s, %(created_at_utc)s)
    )
    INSERT INTO {TABLE} (migration_hash, migration_id, applied_at_utc, checksum, package_version,
        objects, content)
    VALUES (%(migration_hash)s, %(migration_id)s, %(created_at_utc)s, %(checksum)s,
        %(package_version)s, %(objects)s, %(content)s)
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

    @cached_property
    def _rows(self) -> YoyoRows:
        # yoyo takes a third of psycopg's time to import: only when something is written
        from lms_schema.yoyo_rows import YoyoRows

        return YoyoRows(self._connection, TABLE, LOG_TABLE, VERSION_TABLE)

    def create(self) -> None:
        """Create the state tables."""
        self._rows.create_tables()
        self._connection.execute(_OWN_COLUMNS)

    def record(self, file_id: str, entry: Entry, *, content: str) -> None:
        """Record a file as applied, in place of an earlier record.

        What it created is no longer another file's: a function may move to another file.
        """
        values = {
            **self._rows.values(file_id, "mark"),
            "checksum": entry.checksum,
            "package_version": entry.package_version,
            "objects": list(entry.objects),
            "content": content,
        }
        self._connection.execute(_RECORD, values)

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
            self._rows.unmark(file_id)
