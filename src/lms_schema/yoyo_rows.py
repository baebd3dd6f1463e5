"""The tables and rows of yoyo-migrations: the one module that knows yoyo.

yoyo gives the layout of the state tables and of their rows. It never runs a file: it would apply on
one connection and record on another (see `run`, which does both in one transaction).
"""

from __future__ import annotations

import socket
import uuid
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
from yoyo import internalmigrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration


class YoyoRows:
    """Writes yoyo's tables, named as given, inside the caller's transaction."""

    def __init__(
        self, connection: psycopg.Connection[Any], table: str, log_table: str, version_table: str
    ) -> None:
        self._backend = _Backend(connection)
        self._backend.migration_table = table
        self._backend.log_table = log_table
        self._backend.version_table = version_table

    def create_tables(self) -> None:
        """Create the tables."""
        internalmigrations.upgrade(self._backend)

    def values(self, file_id: str, operation: str) -> dict[str, object]:
        """Return the columns of a row of the log, and so of the file's own row."""
        values: dict[str, object] = self._backend.get_log_data(_migration(file_id), operation)
        return values

    def unmark(self, file_id: str) -> None:
        """Remove the record of a file."""
        self._backend.unmark_one(_migration(file_id))


def hash_of(file_id: str) -> str:
    """Return what yoyo calls a migration's hash, which is one of its id."""
    found: str = _migration(file_id).hash
    return found


def _migration(file_id: str) -> Any:
    """Return yoyo's migration of that id, which is never loaded nor run."""
    migration = Migration(file_id, f"{file_id}.sql", source_dir=None)
    migration.steps = []
    return migration


class _Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's backend on our connection, always inside our transaction."""

    _in_transaction = True
    _internal_schema_updated = True

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.uri = SimpleNamespace(database=connection.info.dbname)

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, object]:
        """Return a row of the log; yoyo's own asks DNS and the password file, which may fail."""
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id,
            "migration_hash": migration.hash,
            "username": self._connection.info.user,
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
