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
    hint: str | None = None,
) -> None:
    """Run a statement of a file.

    Args:
        connection: The connection.
        path: The file.
        statement: The statement.
        hint: What to do when it fails, in place of PostgreSQL's own hint.

    Raises:
        StatementFailed: When PostgreSQL refused it.
        psycopg.Error: When the connection broke.
    """
    try:
        connection.execute(statement.text.encode())
    except psycopg.Error as error:
        if connection.broken:
            raise
        position = int(error.diag.statement_position or 1)
        raise StatementFailed(
            error.diag.message_primary or "the statement failed",
            file=path,
            line=statement.line + statement.text.count("\n", 0, position - 1),
            statement=statement.text,
            sqlstate=error.diag.sqlstate,
            detail=error.diag.message_detail,
            hint=hint or error.diag.message_hint,
            context=error.diag.context,
        ) from error
