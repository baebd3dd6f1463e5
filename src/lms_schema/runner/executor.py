"""Runs statements of files, so that an error names its file and line."""

from __future__ import annotations

from typing import Any

import psycopg

from lms_schema.errors import StatementFailed
from lms_schema.server.blockers import Blockers
from lms_schema.server.retry import LOCK_TIMEOUT
from lms_schema.source.statements import Statement

_CANCELED = "57014"
"""SQLSTATE of a statement that was cancelled."""


class Executor:
    """Runs the statements of files on a connection, watched for what blocks them."""

    def __init__(self, connection: psycopg.Connection[Any], blockers: Blockers) -> None:
        """Take the connection, and who watches it."""
        self._connection = connection
        self._blockers = blockers

    def run(
        self,
        path: str,
        statement: Statement,
        *,
        written: bool = True,
        limited: bool = True,
        hint: str | None = None,
    ) -> str:
        """Run a statement of a file.

        Args:
            path: The file that it belongs to.
            statement: The statement.
            written: Whether it stands in the file, so that an error in it has a line of its own.
            limited: Whether the time that it waits for locks is limited.
            hint: What to do when it fails, in place of PostgreSQL's hint.

        Returns:
            What PostgreSQL calls it, like `ALTER TABLE`.

        Raises:
            StatementFailed: When PostgreSQL refused it.
            psycopg.Error: When the connection broke.
        """
        try:
            with self._blockers.over(f"{path}:{statement.line}", limited=limited):
                return self._connection.execute(statement.text.encode()).statusmessage or ""
        except psycopg.Error as error:
            if self._connection.broken:
                raise
            message, sqlstate = error.diag.message_primary, error.diag.sqlstate
            if sqlstate == _CANCELED and self._blockers.gave_way:
                message, sqlstate = f"cancelled: {self._blockers.gave_way}", LOCK_TIMEOUT
            position = int(error.diag.statement_position or 1) if written else 1
            raise StatementFailed(
                message or "the statement failed",
                file=path,
                line=statement.line_of(position - 1),
                statement=statement.text,
                sqlstate=sqlstate,
                detail=error.diag.message_detail,
                hint=hint or error.diag.message_hint,
                context=error.diag.context,
            ) from error
