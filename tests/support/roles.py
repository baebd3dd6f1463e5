"""Roles with exactly the rights that a test names."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from support.runner import execute


@dataclass(frozen=True)
class Role:
    """A role that may log in.

    Attributes:
        name: Its name, which needs no quotes.
        conninfo: Connects to the test's database as that role.
    """

    name: str
    conninfo: str


@contextmanager
def new_role(conninfo: str, *grants: str) -> Iterator[Role]:
    """Make a role, run the statements with its name for `{role}`, and drop it afterwards."""
    name = f"lms_role_{uuid.uuid4().hex[:12]}"
    execute(conninfo, f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    try:
        execute(conninfo, *(grant.format(role=name) for grant in grants))
        yield Role(name, make_conninfo(conninfo, user=name, password="secret"))  # noqa: S106
    finally:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {name} CASCADE".encode())
            connection.execute(f"DROP ROLE {name}".encode())
