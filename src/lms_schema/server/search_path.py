"""What unqualified names mean: PostgreSQL's own objects in the tool's queries, the schema in files.

PostgreSQL prefers the function, or operator, that is for just the types of a call to one of its own
that needs a cast, and anybody may have made one in the schema or in `public`. So the path of a
session is pg_catalog alone, and the schema is in it only while statements of files run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import BaseRowFactory, tuple_row

from lms_schema.source.statements import quoted

CATALOG = "pg_catalog"
"""The path of the tool's queries."""

_READY = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


def of_files(schema: str) -> str:
    """Return the path of the statements of files, as SET takes it."""
    return f"{quoted(schema)}, pg_temp"


def pin(connection: psycopg.Connection[Any]) -> None:
    """Let a session that may run under any path resolve names in pg_catalog alone."""
    _set(connection, CATALOG)


@contextmanager
def opened(connection: psycopg.Connection[Any], schema: str) -> Iterator[None]:
    """Let statements of files find the schema; afterwards it is closed again.

    Inside a transaction or outside of any. What a rollback undoes is the change, too.
    """
    _set(connection, of_files(schema))
    try:
        yield
    finally:
        if connection.info.transaction_status in _READY:
            _set(connection, CATALOG)


@contextmanager
def closed(connection: psycopg.Connection[Any], schema: str) -> Iterator[None]:
    """Let a query be the tool's own between statements of files."""
    _set(connection, CATALOG)
    yield
    _set(connection, of_files(schema))


def printed(
    connection: psycopg.Connection[Any],
    schema: str,
    query: str,
    values: Mapping[str, Any] | Sequence[Any],
    row_factory: BaseRowFactory[Any] = tuple_row,
) -> list[Any]:
    """Return the rows of a query, in which names of the schema's objects are not qualified.

    PostgreSQL parses and plans the query of a cursor when that is declared, here in pg_catalog
    alone. A path that is set later changes how regclass, pg_get_viewdef() and the like print
    names, and no more. (A prepared statement is of no use: it is parsed again for another path.)

    Args:
        connection: Its path is pg_catalog.
        schema: What names are relative to.
        query: A SELECT, with placeholders.
        values: For the placeholders.
        row_factory: Of the rows.
    """
    with connection.cursor(row_factory=row_factory) as cursor:
        cursor.execute(printing(connection, schema, query, values))
        return rows(cursor)


def printing(
    connection: psycopg.Connection[Any],
    schema: str,
    query: str,
    values: Mapping[str, Any] | Sequence[Any],
) -> bytes:
    """Return the message that asks for these rows, for a simple query of a transaction."""
    text = psycopg.ClientCursor(connection).mogrify(query.encode(), values)
    return b";".join(
        (
            f"DECLARE lms_schema_printed NO SCROLL CURSOR FOR {text}".encode(),
            local(of_files(schema)),
            b"FETCH ALL FROM lms_schema_printed",
            local(CATALOG),
            b"CLOSE lms_schema_printed",
        )
    )


def rows(cursor: psycopg.Cursor[Any]) -> list[Any]:
    """Return the rows that such a message, the last one of its kind, gave a cursor."""
    while cursor.description is None:
        cursor.nextset()
    return cursor.fetchall()


def local(path: str) -> bytes:
    """Return the statement that sets a path for the rest of the transaction."""
    return f"SET LOCAL search_path = {path}".encode()


def within(
    connection: psycopg.Connection[Any],
    schema: str,
    query: str,
    values: Mapping[str, Any] | Sequence[Any] = (),
) -> bytes:
    """Return a query with the values in their places, and the schema for each `{schema}`."""
    # a percent sign in the schema's name begins no placeholder
    text = query.format(schema=quoted(schema).replace("%", "%%"))
    return psycopg.ClientCursor(connection).mogrify(text.encode(), values).encode()


def _set(connection: psycopg.Connection[Any], path: str) -> None:
    if connection.info.transaction_status is TransactionStatus.INTRANS:
        connection.execute(local(path))
    else:
        connection.execute(f"SET search_path = {path}".encode())
