"""Builds a file's materialized views beside those that are read, for a short change of names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import psycopg

from lms_schema.catalog import schema_objects
from lms_schema.errors import LockNotObtained, printable
from lms_schema.server import search_path
from lms_schema.server.retry import Deadline
from lms_schema.source import view_statements
from lms_schema.source.files import SqlFile
from lms_schema.source.statements import Statement, quoted
from lms_schema.source.temporary_names import temporary
from lms_schema.source.view_statements import Shadow


class Send(Protocol):
    """Executes a statement that belongs to a file, as `Applier` does."""

    def __call__(
        self, path: str, text: str, *, line: int = 1, written: bool = False, hint: str | None = None
    ) -> None:
        """Execute it."""


_STATE = """
    SELECT c.oid::bigint, c.relname::text, c.relispopulated FROM pg_class AS c
    WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) AND c.relkind IN ('v', 'm')
"""

_INDEXES = """
    SELECT c.relname::text, c.oid::regclass::text, pg_get_indexdef(c.oid),
        format('IS %%L', obj_description(c.oid, 'pg_class'))
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = ANY (%s)
    ORDER BY c.oid
"""

# What CREATE INDEX CONCURRENTLY waits for, too.
_SNAPSHOTS = """
    SELECT a.pid, a.backend_start, a.xact_start, a.backend_xmin::text::bigint,
        a.application_name
    FROM pg_stat_activity AS a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND a.backend_type = 'client backend' AND a.backend_xmin IS NOT NULL
"""


class ViewSwap:
    """The new materialized views of one file.

    Attributes:
        file: The file.
        objects: What they and their indexes are called while they are built, as DROP names it.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], schema: str, file: SqlFile, wanted: Shadow
    ) -> None:
        self._connection = connection
        self._schema = schema
        self._wanted = wanted
        self._others: list[str] = []
        self.file = file
        self.objects: tuple[str, ...] = ()

    def build(self, send: Send, own: Collection[str]) -> None:
        """Create and fill them in the open transaction, with the indexes that others added.

        Nothing is locked that readers or writers wait for.

        Args:
            send: Executes a statement.
            own: What the file created when it was applied last.
        """
        live = self._connection.execute(
            _STATE, (quoted(self._schema), list(self._wanted.views))
        ).fetchall()
        for statement in self._wanted.statements:
            send(self.file.path, statement.text, line=statement.line, written=True)
        self._others = []
        for name, text, definition, comment in search_path.printed(
            self._connection, self._schema, _INDEXES, ([oid for oid, _name, _filled in live],)
        ):
            copy = view_statements.index_on(Statement(definition, 1))
            if f"INDEX {text}" in own or name in self._wanted.indexes or copy is None:
                continue
            self._others.append(name)
            send(
                self.file.path,
                copy.text,
                hint=f"The index {text} does not fit the new view. Drop it, then migrate again.",
            )
            new = quoted(temporary(name, "new"))
            send(self.file.path, f"COMMENT ON INDEX {new} {comment}")
        for _oid, name, filled in live:
            new = quoted(temporary(name, "new"))
            if filled and not self._is_filled(name):
                send(self.file.path, f"REFRESH MATERIALIZED VIEW {new}")
            send(self.file.path, f"ANALYZE {new}")
        views = [temporary(name, "new") for name in self._wanted.views]
        indexes = [temporary(name, "new") for name in (*self._wanted.indexes, *self._others)]
        self.objects = self._as_recorded(views, indexes)

    def rename(self, send: Send) -> tuple[str, ...]:
        """Give them their names in the open transaction, when the old ones are gone.

        Returns:
            What the file has created, as DROP names it.
        """
        for name in self._wanted.views:
            self._rename(send, "MATERIALIZED VIEW", name)
        for name in (*self._wanted.indexes, *self._others):
            self._rename(send, "INDEX", name)
        return self._as_recorded(self._wanted.views, self._wanted.indexes)

    def wait_for_snapshots(self, seconds: float) -> None:
        """Wait until nobody has a snapshot from before the build: it would find no rows.

        Raises:
            LockNotObtained: When that takes too long; it names the session.
        """
        deadline = Deadline(seconds)
        older = {row[:4]: row for row in self._connection.execute(_SNAPSHOTS)}
        while older:
            present = {row[:4] for row in self._connection.execute(_SNAPSHOTS)}
            older = {key: row for key, row in older.items() if key in present}
            if older and not deadline.pause():
                pid, _, since, _, name = next(iter(older.values()))
                raise LockNotObtained(
                    f"{self.file.path}: the new view is filled, but session {pid} "
                    f"({printable(name) or 'no application_name'}) has been in a transaction since "
                    f"{since or 'before that'} and would find it empty; waited {seconds:g} s. "
                    "Let that transaction end, or give it longer with --wait."
                )

    def _rename(self, send: Send, kind: str, name: str) -> None:
        new = quoted(temporary(name, "new"))
        send(self.file.path, f"ALTER {kind} {new} RENAME TO {quoted(name)}")

    def _is_filled(self, name: str) -> bool:
        row = self._connection.execute(
            _STATE, (quoted(self._schema), [temporary(name, "new")])
        ).fetchone()
        return bool(row and row[2])

    def _as_recorded(self, views: Sequence[str], indexes: Sequence[str]) -> tuple[str, ...]:
        rows = self._connection.execute(
            "SELECT kind || ' ' || quote_ident(name) FROM unnest(%s::text[], %s::text[]) "
            "AS o (kind, name)",
            (
                ["MATERIALIZED VIEW"] * len(views) + ["INDEX"] * len(indexes),
                [*views, *indexes],
            ),
        )
        return tuple(row[0] for row in rows)


def of(
    connection: psycopg.Connection[Any], schema: str, file: SqlFile, recorded: Collection[str]
) -> ViewSwap | None:
    """Return the swap of a file, or None when there is nothing to swap, or more than that to do.

    Args:
        connection: Its search path is pg_catalog.
        schema: The schema.
        file: The file.
        recorded: What it created when it was applied last.
    """
    live = {
        schema_objects.identity(name)
        for name in recorded
        if schema_objects.kind(name) in ("VIEW", "MATERIALIZED VIEW")
    }
    wanted = view_statements.parse(file.statements) if live else None
    if wanted is None or live.isdisjoint({*wanted.views, *map(quoted, wanted.views)}):
        return None
    return ViewSwap(connection, schema, file, wanted)


def unfinished(objects: Sequence[str]) -> list[str]:
    """Return what of the recorded objects a build left that never came into use."""
    prefix = temporary("", "new")
    return [name for name in objects if schema_objects.identity(name).strip('"').startswith(prefix)]
