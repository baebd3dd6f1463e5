"""What the tests of the runner share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from lms_schema import MigrateResult
from lms_schema.catalog.catalog import read_catalog
from lms_schema.source.package import SchemaPackage

Make = Callable[[Mapping[str, str | bytes]], SchemaPackage]
MakeExtra = Callable[..., Path]


def query(conninfo: str, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return connection.execute(text.encode()).fetchall()


def execute(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def fingerprint(conninfo: str, schema: str = "public") -> str:
    with psycopg.connect(conninfo) as connection:
        return read_catalog(connection, schema).fingerprint


def actions(result: MigrateResult) -> list[tuple[str, str]]:
    return [(action.file, action.action) for action in result.actions]


def disposable_server(new_database: Callable[[], str]) -> Callable[[], AbstractContextManager[str]]:
    """Return what stands in for `embedded.temporary`: a new database of the tests' server.

    A new server is slow. The role that `plan` gives the database to is dropped again.
    """

    @contextmanager
    def temporary() -> Iterator[str]:
        conninfo = new_database()
        try:
            yield conninfo
        finally:
            with psycopg.connect(conninfo, autocommit=True) as admin:
                row = admin.execute(
                    "SELECT format('ALTER DATABASE %I OWNER TO CURRENT_USER', datname),"
                    " format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', datdba::regrole::text)"
                    " FROM pg_database WHERE datname = current_database()"
                    " AND datdba <> current_user::regrole"
                ).fetchone()
                for statement in row or ():
                    admin.execute(statement)

    return temporary
