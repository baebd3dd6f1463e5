"""Runs statements of files, so that an error names its file and line."""

from __future__ import annotations

from typing import Any

import psycopg

from lms_schema.errors import StatementFailed
from lms_schema.statements import Statement


def run(
    connection: psycopg.Connection[Any],
    path: str,
    statement: Statement,
    *,
    written: bool = True,
    hint: str | None = None,
) -> str:
    """Run a statement of a file.

    Args:
        connection: The connection.
        path: The file that it belongs to.
        statement: The statement.
        written: Whether it stands in the file, so that an error in it has a line of its own.
        hint: What to do when it fails, in place of PostgreSQL's hint.

    Returns:
        What PostgreSQL calls it, like `ALTER TABLE`.

    Raises:
        StatementFailed: When PostgreSQL refused it.
        psycopg.Error: When the connection broke.
    """
    try:
        return connection.execute(statement.text.encode()).statusmessage or ""
    except psycopg.Error as error:
        if connection.broken:
            raise
        position = int(error.diag.statement_position or 1)
        offset = statement.text.count("\n", 0, position - 1) if written else 0
        raise StatementFailed(
            error.diag.message_primary or "the statement failed",
            file=path,
            line=statement.line + offset,
            statement=statement.text,
            sqlstate=error.diag.sqlstate,
            detail=error.diag.message_detail,
            hint=hint or error.diag.message_hint,
            context=error.diag.context,
        ) from error
