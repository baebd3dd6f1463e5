"""What the tests of the runner share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from lms_schema import MigrateResult
from lms_schema.catalog import read_catalog
from lms_schema.package import SchemaPackage

Make = Callable[[Mapping[str, str | bytes]], SchemaPackage]


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
