"""Databases that are dropped again, on a server where they may be made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """Copy a database; yields the connection string of the copy, which is dropped afterwards.

    No session is held meanwhile: there may be more copies than a server takes sessions.
    """
    name = f"lms_test_{uuid.uuid4().hex}"
    database = sql.Identifier(name)
    _execute(server, sql.SQL("CREATE DATABASE {} TEMPLATE {}"), database, sql.Identifier(template))
    try:
        yield make_conninfo(server, dbname=name)
    finally:
        _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)"), database)


def _execute(server: str, statement: sql.SQL, *names: sql.Identifier) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.format(*names))
