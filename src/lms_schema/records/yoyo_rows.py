"""Has yoyo-migrations remove the record of a file: the one module that imports yoyo.

It never runs a file: it would apply on one connection and record on another (see `Migration`,
which does both in one transaction).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import psycopg
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration

from lms_schema.records import yoyo_layout
from lms_schema.source.statements import quoted


def migration(file_id: str) -> Any:
    """Return yoyo's migration of that id, which is never loaded nor run."""
    found = Migration(file_id, f"{file_id}.sql", source_dir=None)
    found.steps = []
    return found


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's backend on our connection, always inside our transaction."""

    _in_transaction = True
    _internal_schema_updated = True

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        schema: str,
        table: str,
        log_table: str,
        version_table: str,
    ) -> None:
        """Take the connection, the tables' schema and their names."""
        self._connection = connection
        self.uri = SimpleNamespace(database=connection.info.dbname)
        self.migration_table = table
        self.log_table = log_table
        self.version_table = version_table
        # what yoyo makes of the names alone
        self.migration_table_quoted = f"{_escaped(schema)}.{quoted(table)}"
        self.log_table_quoted = f"{_escaped(schema)}.{quoted(log_table)}"

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, object]:
        """Return a row of the log; yoyo's own asks DNS and the password file, which may fail."""
        return yoyo_layout.log_row(self._connection, migration.id, operation)


def _escaped(name: str) -> str:
    """Return a name as SQL text in which nothing begins a parameter for yoyo or for psycopg."""
    return "U&" + quoted(name.replace("\\", r"\\").replace(":", r"\003A").replace("%", r"\0025"))
