"""Roles, grants and row security of a package: what each command makes of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from lms_schema import StatementFailed, drop, embedded, migrate, plan, status, verify
from lms_schema import package as packages
from lms_schema.catalog import Catalog, read_catalog
from lms_schema.package import SchemaPackage
from support.guarded import Guarded
from support.roles import Role, new_role
from support.runner import Make, actions, disposable_server, execute, query


@dataclass(frozen=True)
class Release:
    """The small package in the place of the release.

    Attributes:
        guarded: What it holds.
        package: Its files.
        catalog: What a fresh install makes of them.
    """

    guarded: Guarded
    package: SchemaPackage
    catalog: Catalog


@pytest.fixture
def guarded(empty_database: str) -> Iterator[Guarded]:
    """The small package, whose roles are dropped afterwards with what they were granted here."""
    made = Guarded(uuid.uuid4().hex[:12])
    yield made
    with psycopg.connect(empty_database, autocommit=True) as admin:
        for role in made.roles:
            if admin.execute("SELECT to_regrole(%s)", (role,)).fetchone() != (None,):
                admin.execute(f"DROP OWNED BY {role} CASCADE".encode())
                admin.execute(f"DROP ROLE {role}".encode())


@pytest.fixture
def release(
    empty_database: str, guarded: Guarded, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> Release:
    """The small package as the release, installed into `public`."""
    package = make_package(guarded.files)
    migrate(empty_database, schema="public", package=package)
    catalog = _catalog(empty_database)
    monkeypatch.setattr(packages, "read", lambda: package)
    for module in ("expected", "overrides", "operations.baseline", "operations.drop"):
        monkeypatch.setattr(f"lms_schema.{module}.release_catalog", lambda _major: catalog)
    return Release(guarded, package, catalog)


def _catalog(conninfo: str, schema: str = "public") -> Catalog:
    with psycopg.connect(conninfo) as connection:
        return read_catalog(connection, schema)


def _differences(conninfo: str) -> list[tuple[str, str, str]]:
    return [(d.problem, d.kind, d.name) for d in verify(conninfo, schema="public").differences]


def _named(statement: str, guarded: Guarded) -> str:
    return statement.format(
        reader=guarded.reader, service=guarded.service, caller=guarded.caller
    )


def test_the_catalog_says_of_roles_what_they_may_and_what_each_is_granted(
    release: Release, empty_database: str
) -> None:
    reader, service, caller = release.guarded.roles
    found = {(key.kind, key.name): text for key, text in release.catalog.objects.items()}
    assert {name: text for (kind, name), text in found.items() if kind == "role"} == dict.fromkeys(
        release.guarded.roles, "NOLOGIN"
    )
    assert {name: text for (kind, name), text in found.items() if kind == "grant"} == {
        "schema": "\n".join(f"USAGE TO {role}" for role in sorted(release.guarded.roles)),
        "table notes": f"DELETE, INSERT, SELECT, UPDATE TO {service}",
        "column notes.id": f"SELECT TO {reader}",
        "column notes.person": f"SELECT TO {reader}",
        "table events": f"SELECT TO {reader}",
        "view bodies": f"SELECT TO {service}",
        "function people()": f"EXECUTE TO {caller}",
    }
    assert found["row security", "notes"] == found["row security", "events"] == "ENABLED"
    assert found["policy", "notes.reader_select"] == (
        f"PERMISSIVE FOR SELECT TO {reader} USING (person = 1)"
    )
    assert not any(kind == "partition" for kind, _ in found)
    assert _differences(empty_database) == []


MENDED = {
    "a policy dropped": (
        "DROP POLICY service ON notes",
        [("missing", "policy", "notes.service")],
    ),
    "a policy altered": (
        "ALTER POLICY reader_select ON notes USING (TRUE)",
        [("different", "policy", "notes.reader_select")],
    ),
    "a policy for more roles": (
        "ALTER POLICY reader_select ON notes TO {reader}, {caller}",
        [("different", "policy", "notes.reader_select")],
    ),
    "a policy that lost its role": (
        "DROP OWNED BY {service}",
        [
            ("different", "grant", "schema"),
            ("missing", "grant", "table notes"),
            ("missing", "grant", "view bodies"),
            ("missing", "policy", "notes.service"),
            ("missing", "role", "{service}"),
        ],
    ),
    "the flag off": (
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        [("missing", "row security", "notes")],
    ),
    "the flag forced": (
        "ALTER TABLE notes FORCE ROW LEVEL SECURITY",
        [("different", "row security", "notes")],
    ),
    "the flag of a partition off": (
        "ALTER TABLE events_2030_01 DISABLE ROW LEVEL SECURITY",
        [("different", "partition", "events.events_2030_01")],
    ),
    "a table granted": (
        "GRANT SELECT ON notes TO {reader}",
        [("different", "grant", "table notes")],
    ),
    "a table granted to PUBLIC": (
        "GRANT SELECT ON notes TO PUBLIC",
        [("different", "grant", "table notes")],
    ),
    "a grant with the option to grant": (
        "GRANT SELECT ON events TO {reader} WITH GRANT OPTION",
        [("different", "grant", "table events")],
    ),
    "a right revoked": (
        "REVOKE DELETE ON notes FROM {service}",
        [("different", "grant", "table notes")],
    ),
    "a column granted": (
        "GRANT SELECT (body) ON notes TO {reader}",
        [("extra", "grant", "column notes.body")],
    ),
    "a column revoked": (
        "REVOKE SELECT (person) ON notes FROM {reader}",
        [("missing", "grant", "column notes.person")],
    ),
    "a view granted": (
        "GRANT SELECT ON bodies TO {reader}",
        [("different", "grant", "view bodies")],
    ),
    "a function granted": (
        "GRANT EXECUTE ON FUNCTION people() TO {reader}",
        [("different", "grant", "function people()")],
    ),
    "a function granted to PUBLIC": (
        "GRANT EXECUTE ON FUNCTION people() TO PUBLIC",
        [("different", "grant", "function people()")],
    ),
    "the schema granted": (
        "GRANT CREATE ON SCHEMA public TO {caller}",
        [("different", "grant", "schema")],
    ),
    "the schema revoked": (
        "REVOKE USAGE ON SCHEMA public FROM {reader}",
        [("different", "grant", "schema")],
    ),
}

NAMED = {
    "an extra policy": (
        "CREATE POLICY more ON notes FOR SELECT TO {reader} USING (TRUE)",
        [("extra", "policy", "notes.more")],
    ),
    "a policy on a partition": (
        "CREATE POLICY more ON events_2030_01 FOR SELECT TO {reader} USING (TRUE)",
        [("different", "partition", "events.events_2030_01")],
    ),
    "a partition granted": (
        "GRANT SELECT ON events_2030_01 TO {reader}",
        [("different", "partition", "events.events_2030_01")],
    ),
    "the sequence of a column granted": (
        "GRANT USAGE ON SEQUENCE notes_id_seq TO {reader}",
        [("different", "grant", "column notes.id")],
    ),
    "a role that may log in": (
        "ALTER ROLE {reader} LOGIN",
        [("different", "role", "{reader}")],
    ),
    "a role that bypasses row security": (
        "ALTER ROLE {service} BYPASSRLS",
        [("different", "role", "{service}")],
    ),
    "a role that is a member of another": (
        "GRANT {service} TO {reader}",
        [("different", "role", "{reader}")],
    ),
    "a role that is a member of a predefined one": (
        "GRANT pg_read_all_data TO {caller}",
        [("different", "role", "{caller}")],
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_verify_finds_and_a_repair_mends(
    release: Release, empty_database: str, name: str
) -> None:
    change, expected = MENDED[name]
    execute(empty_database, _named(change, release.guarded))
    assert sorted(_differences(empty_database)) == [
        (problem, kind, _named(what, release.guarded)) for problem, kind, what in expected
    ]
    result = migrate(empty_database, schema="public", repair=True)
    assert [item.name for item in result.left] == []
    assert _catalog(empty_database) == release.catalog


@pytest.mark.parametrize("name", NAMED)
def test_verify_finds_and_a_repair_names_what_is_left(
    release: Release, empty_database: str, name: str
) -> None:
    change, expected = NAMED[name]
    execute(empty_database, _named(change, release.guarded))
    found = [(problem, kind, _named(what, release.guarded)) for problem, kind, what in expected]
    assert _differences(empty_database) == found
    result = migrate(empty_database, schema="public", repair=True)
    assert [(item.problem, item.kind, item.name) for item in result.left] == found


OTHERS = (
    "GRANT ALL ON notes, events, events_2030_01, bodies TO {role}",
    "GRANT UPDATE (body) ON notes TO {role}",
    "GRANT USAGE ON SEQUENCE notes_id_seq TO {role}",
    "GRANT EXECUTE ON FUNCTION people() TO {role}",
    "GRANT ALL ON SCHEMA public TO {role}",
)


def test_what_an_application_s_own_role_is_granted_is_no_difference(
    release: Release, empty_database: str
) -> None:
    with new_role(empty_database, *OTHERS, f"GRANT {release.guarded.reader} TO {{role}}"):
        assert _differences(empty_database) == []
        assert verify(empty_database, schema="public", strict=True).differences == ()
