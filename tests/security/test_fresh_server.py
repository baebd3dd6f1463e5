"""The release on a server that has none of its roles yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lms_schema import StatementFailed, drop, migrate, status, verify
from lms_schema.server import embedded
from support.access import ROLES
from support.clusters import program
from support.roles import Role, new_role
from support.rows import add
from support.runner import execute, query
from support.versions import skip_here


@pytest.fixture
def fresh() -> Iterator[str]:
    """A server of its own."""
    with embedded.temporary() as conninfo:
        yield conninfo


@pytest.fixture
def owner(fresh: str) -> Iterator[Role]:
    """A login that may make schemas on it, and no roles."""
    with new_role(fresh, "GRANT CREATE ON DATABASE postgres TO {role}") as made:
        yield made


def _existing(conninfo: str) -> set[str]:
    return {name for (name,) in query(conninfo, "SELECT rolname FROM pg_roles")} & set(ROLES)


def test_who_may_not_create_roles_gets_what_an_administrator_runs_and_then_finishes(
    fresh: str, owner: Role
) -> None:
    with pytest.raises(StatementFailed) as caught:
        migrate(owner.conninfo, schema="lms")
    statements = re.findall(r"CREATE ROLE \w+ NOLOGIN;", str(caught.value))
    assert len(statements) == len(ROLES)
    assert status(owner.conninfo, schema="lms").files.pending[0] == "security/010_roles"
    execute(fresh, *statements)
    assert _existing(fresh) == set(ROLES)
    assert migrate(owner.conninfo, schema="lms").actions[0].file == "security/010_roles"
    result = verify(owner.conninfo, schema="lms", strict=True)
    assert result.differences == ()
    assert [(note.kind, note.actual) for note in result.notes] == [("owner", owner.name)]
    assert query(owner.conninfo, "SELECT * FROM lms.check_security()") == []


def test_the_last_schema_takes_the_roles_along_but_for_one_that_a_login_has(fresh: str) -> None:
    for schema in ("first", "second"):
        migrate(fresh, schema=schema)
    assert set(drop(fresh, schema="first").left) == {f"ROLE {role}" for role in ROLES}
    assert verify(fresh, schema="second").differences == ()
    with new_role(fresh, "GRANT lms_service TO {role}") as backend:
        assert drop(fresh, schema="second").left == {
            "ROLE lms_service": f"{backend.name} is a member of it"
        }
    assert _existing(fresh) == {"lms_service"}


def test_what_is_restored_without_the_roles_shows_nobody_a_row_until_a_repair(
    fresh: str, empty_database: str, tmp_path: Path
) -> None:
    migrate(empty_database, schema="lms")
    with psycopg.connect(empty_database) as connection:
        if connection.info.server_version < 180_000:
            skip_here("PostgreSQL 18, whose pg_dump the tests have")
        connection.execute("SET search_path = lms")
        add(connection, "learners")
    dump = tmp_path / "dump.sql"
    program("pg_dump", "--dbname", empty_database, "--schema", "lms", "--file", dump)
    program("psql", "-X", "-q", "-d", fresh, "-f", dump)
    count = "SELECT count(*) FROM lms.learners"
    rights = "GRANT USAGE ON SCHEMA lms TO {role}; GRANT SELECT ON lms.learners TO {role}"
    with new_role(fresh, rights) as reader:
        assert query(reader.conninfo, count) == [(0,)]
    assert query(fresh, count) == [(1,)]
    assert _existing(fresh) == set()
    assert status(fresh, schema="lms").files.changed == ("security/010_roles",)
    assert migrate(fresh, schema="lms", repair=True).left == ()
    assert verify(fresh, schema="lms").differences == ()
    with new_role(fresh, "GRANT lms_service TO {role}") as backend:
        assert query(backend.conninfo, count) == [(1,)]
