"""Writes what was applied: yoyo-migrations makes tables and rows, and our columns are added.

yoyo is a fifth of the time that a command takes to start, so it is loaded when there is something
to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import psycopg

from lms_schema.records.ledger import (
    AGAIN,
    LOG_TABLE,
    ORIGIN,
    OWN,
    REPAIR,
    TABLE,
    TABLES,
    VERSION_TABLE,
    Entry,
)
from lms_schema.server import search_path
from lms_schema.source.statements import qualified

if TYPE_CHECKING:
    from lms_schema.records.yoyo_backend import Backend
    from lms_schema.source.files import SqlFile

# A constant, since PostgreSQL reads the word as it makes the table. So the rows that pg_dump takes
# from one schema collide with none of another, and are not taken for those of that one.
_DEFINITIONS = {
    "content": " DEFAULT '' NOT NULL",
    "installed_at": " DEFAULT 'now'",
    "is_own": " GENERATED ALWAYS AS (installed_at = 'now'::timestamptz) STORED",
}

_COMMENTS = {
    TABLE: {
        "": "What lms-schema applied to this schema, one row per file. Written by lms-schema "
        "migrate only.",
        "migration_hash": "SHA-256 of migration_id, in hexadecimal.",
        "migration_id": "Path of the file below schema/, without the ending.",
        "applied_at_utc": "When it was applied last, in UTC.",
        "checksum": f'SHA-256 of content, in hexadecimal; with "{AGAIN}" before it: to be applied '
        "again.",
        "package_version": "Release of lms-schema that applied it.",
        "objects": "What the file created, each as DROP would name it, relative to this schema.",
        "content": "The file as it was applied: what lms-schema plan reproduces this schema from.",
    },
    LOG_TABLE: {
        "": "Each time that a file was applied or dropped, by whom and when.",
        "id": "Random UUID of the entry.",
        "migration_hash": "SHA-256 of migration_id, in hexadecimal.",
        "migration_id": "Path of the file below schema/, without the ending.",
        "operation": "mark when the file was recorded as applied, unmark when that record was "
        "removed.",
        "username": "Database role that did it.",
        "hostname": "Host that lms-schema ran on.",
        "comment": f'Of a repair: "{REPAIR}" and what was missing or different; else empty.',
        "created_at_utc": "When it was done, in UTC.",
    },
    VERSION_TABLE: {
        "": "Version of the layout of the lms_schema_ tables (by yoyo).",
        "version": "Number of a layout that was reached.",
        "installed_at_utc": "When it was reached, in UTC.",
    },
}
_ORIGIN_COMMENTS = {
    "installed_at": "When the table was made that the row was written to.",
    "is_own": "Whether that is this one. Else a restore of data brought the row along: nobody "
    "reads it.",
}

_DEFINES = ("CREATE", "ALTER", "COMMENT")
"""How the tags of statements begin that define things."""

_KEY = """
    SELECT quote_ident(conname), rtrim(pg_get_constraintdef(oid), ')')
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'
"""

_WRITERS = """
    SELECT string_agg(
        DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ', '
    )
    FROM pg_class AS c CROSS JOIN aclexplode(c.relacl) AS a
    WHERE c.oid = %s::regclass AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'
"""

# What yoyo has no column for, and the server's clock in place of that of the client.
_OWN = f"""
    UPDATE {{{{schema}}}}.{TABLE}
    SET checksum = {{}}, package_version = {{}}, content = {{}}, objects = {{}},
        applied_at_utc = clock_timestamp() AT TIME ZONE 'UTC'
    WHERE migration_hash = {{}} AND is_own
"""  # noqa: S608 (names of tables, above)

_RECORD = _OWN.format(*["%s"] * 5)
_NOTE = "PREPARE lms_schema_note (text, text, text, text[], text) AS" + _OWN.format(
    *(f"${n}" for n in range(1, 6))
)

_MOVED = f"""
    UPDATE {{schema}}.{TABLE}
    SET objects = ARRAY(
        SELECT o FROM unnest(objects) WITH ORDINALITY AS u (o, n)
        WHERE o <> ALL (%s::text[]) ORDER BY n
    )
    WHERE migration_id <> %s AND objects && %s::text[]
"""  # noqa: S608 (names of tables, above)

_WHY = f"UPDATE {{schema}}.{LOG_TABLE} SET comment = left(%s, 255) WHERE id = %s"  # noqa: S608

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


def create(connection: psycopg.Connection[Any], schema: str | None = None) -> list[str]:
    """Create the state tables.

    Args:
        connection: Inside a transaction.
        schema: Where; None: where the search path says.

    Returns:
        The statements that define them.
    """
    from lms_schema.records import yoyo_backend

    statements: list[str] = []

    def send(text: bytes) -> psycopg.Cursor[Any]:
        # one by one: Citus sends the text of a message on to its workers, whole
        cursor = connection.execute(text)
        if (cursor.statusmessage or "").startswith(_DEFINES):
            statements.append(cleandoc(text.decode()))
        return cursor

    qualifier = yoyo_backend.qualifier(schema) if schema else ""
    yoyo_backend.Backend(connection, send, qualifier).create()
    for name in TABLES:
        table = qualified(schema, name) if schema else name
        for statement in _additions(connection, table, name):
            send(statement.encode())
    return statements


def _additions(connection: psycopg.Connection[Any], table: str, name: str) -> Iterator[str]:
    """Return what makes ours of a table that yoyo made: columns, a longer key, comments, rights."""
    columns = {**(OWN if name == TABLE else {}), **ORIGIN}
    changes = [
        f"ADD COLUMN {column} {kind}{_DEFINITIONS.get(column, '')}"
        for column, kind in columns.items()
    ]
    for constraint, key in connection.execute(_KEY, (table,)).fetchall():
        changes += [f"DROP CONSTRAINT {constraint}", f"ADD {key}, {next(iter(ORIGIN))})"]
    yield f"ALTER TABLE {table} {', '.join(changes)}"
    for column, text in {**_COMMENTS[name], **_ORIGIN_COMMENTS}.items():
        target = f"COLUMN {table}.{column}" if column else f"TABLE {table}"
        yield f"COMMENT ON {target} IS '{text}'"
    # of default privileges: who writes the records tells migrate what to do
    for (writers,) in connection.execute(_WRITERS, (table,)).fetchall():
        if writers:
            yield (
                "REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER "
                f"ON {table} FROM {writers}"
            )


class RecordWriter:
    """Writes the state tables of a schema, inside the caller's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._unsent: list[bytes] = []

    @cached_property
    def _yoyo(self) -> Backend:
        from lms_schema.records.yoyo_backend import Backend, qualifier

        return Backend(self._connection, self._unsent.append, qualifier(self._schema))

    def load(self) -> None:
        """Load yoyo, before a file takes locks: else it is loaded while others wait for them."""
        _ = self._yoyo

    def create(self) -> None:
        """Create the state tables."""
        create(self._connection, self._schema)

    def record(self, file: SqlFile, objects: Sequence[str], repair: str | None = None) -> Entry:
        """Record a file as applied, in place of an earlier record.

        What it created is no longer another file's: a function may move to another file.

        Args:
            file: The file.
            objects: What it created.
            repair: What it mends, when it was applied again for that.
        """
        names = list(objects)
        migration = self._yoyo.migration(file.id)
        self._yoyo.unmark_one(migration, log=False)
        self._yoyo.mark_one(migration)
        self._unsent.append(self._sql(_RECORD, (*_own(file), names, migration.hash)))
        self._unsent.append(self._sql(_MOVED, (names, file.id, names)))
        if repair:
            self._unsent.append(self._sql(_WHY, (f"{REPAIR}{repair}", self._yoyo.entry)))
        self._connection.execute(self._taken())
        checksum, release, _content = _own(file)
        return Entry(checksum, release, tuple(objects), overrides=file.overrides)

    def preparation(self) -> list[bytes]:
        """Return the statements that the session needs before `note` and `settlement`.

        To plan them anew for each file would take the server as long as many a file does.
        """
        return [self._sql(_NOTE), self._sql(_SETTLE)]

    def note(self, file: SqlFile) -> bytes:
        """Return the statements that record a new file as applied, to be sent after its own.

        What the file created is recorded by the settlement, in the same transaction.
        """
        migration = self._yoyo.migration(file.id)
        self._yoyo.mark_one(migration)
        statement = "EXECUTE lms_schema_note (%s, %s, %s, ARRAY[]::text[], %s)"
        self._unsent.append(self._sql(statement, (*_own(file), migration.hash)))
        return self._taken()

    def settlement(self, written: Sequence[tuple[str, int]]) -> bytes:
        """Return the statement that records what the files created that the transaction noted.

        Its rows are these files and the seconds that each took.

        Args:
            written: What the transaction wrote, each with the number of its command.
        """
        names, commands = [name for name, _ in written], [command for _, command in written]
        return self._sql("EXECUTE lms_schema_settle (%s::text[], %s::bigint[])", (names, commands))

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
            self._yoyo.unmark_one(self._yoyo.migration(file_id))
            self._connection.execute(self._taken())

    def _taken(self) -> bytes:
        """Return the statements that were not sent yet, as one message."""
        message = b";".join(self._unsent)
        self._unsent.clear()
        return message

    def _sql(self, query: str, values: Sequence[object] = ()) -> bytes:
        return search_path.within(self._connection, self._schema, query, values)


def _own(file: SqlFile) -> tuple[str, str, str]:
    """Return what is recorded of a file itself: its checksum, the release, its content."""
    from lms_schema import __version__

    return file.checksum, __version__, file.text
