"""yoyo-migrations, which makes the state tables and writes their rows; nobody else imports it.

It never runs a file: it would apply on one connection and record on another (see `Migration`, which
does both in one transaction).
"""

from __future__ import annotations

import socket
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg
from yoyo import internalmigrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.migrations import Migration
from yoyo.utils import change_param_style

from lms_schema.records.ledger import LOG_TABLE, TABLE, VERSION_TABLE
from lms_schema.source.statements import quoted

Send = Callable[[bytes], Any]
"""Takes a statement, to execute or to keep it; returns the cursor that yoyo reads from, if any."""


def qualifier(schema: str) -> str:
    """Return what stands before a table's name in yoyo's SQL, and begins no parameter there.

    A colon begins one for yoyo, and a percent sign for psycopg.
    """
    escaped = schema.replace("\\", r"\\").replace(":", r"\003A").replace("%", r"\0025")
    return f"U&{quoted(escaped)}."


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]
    """yoyo's backend for our tables, whose statements somebody else sends, inside a transaction.

    Attributes:
        entry: Id of the last row of the log.
    """

    migration_table = TABLE
    log_table = LOG_TABLE
    version_table = VERSION_TABLE
    _internal_schema_updated = True

    def __init__(
        self, connection: psycopg.Connection[Any], send: Send, qualifier: str = ""
    ) -> None:
        """Take the connection that the statements are for, and what sends them.

        Args:
            connection: Its user is the one of the log.
            send: Sends a statement.
            qualifier: Of the tables' schema; empty: where the search path says.
        """
        self._connection = connection
        self._send = send
        self.migration_table_quoted = qualifier + quoted(TABLE)
        self.log_table_quoted = qualifier + quoted(LOG_TABLE)
        self.version_table_quoted = qualifier + quoted(VERSION_TABLE)
        self.entry = ""

    def create(self) -> None:
        """Make the tables of yoyo's newest layout; it would make and drop those of earlier ones."""
        version = max(internalmigrations.schema_versions)
        layout = internalmigrations.schema_versions[version]
        layout.create_migration_table(self)
        layout.create_log_table(self)
        layout.create_version_table(self)
        internalmigrations.mark_schema_version(self, version)

    @staticmethod
    def migration(file_id: str) -> Any:
        """Return yoyo's migration of that id, which is never loaded nor run."""
        return Migration(file_id, path=None, source_dir=None)

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> Any:
        """Have a statement sent, with the parameters in their places."""
        text, values = change_param_style(self.driver.paramstyle, sql, params)
        return self._send(psycopg.ClientCursor(self._connection).mogrify(text, values).encode())

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, object]:
        """Return a row of the log; yoyo's own asks DNS and the password file, which may fail."""
        self.entry = str(uuid.uuid4())
        return {
            "id": self.entry,
            "migration_hash": migration and migration.hash,
            "migration_id": migration and migration.id,
            "operation": operation,
            "username": self._connection.info.user,
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
        }
