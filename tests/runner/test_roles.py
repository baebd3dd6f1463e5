"""Roles, grants and row security of a package: what each command makes of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from lms_schema import StatementFailed, UsageError, baseline, drop, migrate, plan, status, verify
from lms_schema.catalog.catalog import Catalog, read_catalog
from lms_schema.cli import cli
from lms_schema.records import ledger, release_objects
from lms_schema.server import embedded
from lms_schema.server.disposable import new_database as new_database_on
from lms_schema.source import package as packages
from lms_schema.source.package import SchemaPackage
from support.clusters import program
from support.guarded import ROLES, Guarded
from support.race import waiting
from support.roles import Role, new_role
from support.runner import Make, MakeExtra, actions, disposable_server, execute, query
from support.versions import skip_here


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
def release(
    empty_database: str, guarded: Guarded, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> Release:
    """The small package as the release, installed into `public`."""
    package = make_package(guarded.files)
    migrate(empty_database, schema="public", package=package)
    catalog = _catalog(empty_database)
    read = packages.read
    monkeypatch.setattr(packages, "read", lambda root=None: read(root) if root else package)
    for module in (
        "catalog.expected_catalog",
        "runner.overrides",
        "operations.baseline",
        "operations.drop",
    ):
        monkeypatch.setattr(f"lms_schema.{module}.release_catalog", lambda: catalog)
    return Release(guarded, package, catalog)


def _catalog(conninfo: str, schema: str = "public") -> Catalog:
    with psycopg.connect(conninfo) as connection:
        return read_catalog(connection, schema)


def _differences(conninfo: str) -> list[tuple[str, str, str]]:
    return [(d.problem, d.kind, d.name) for d in verify(conninfo, schema="public").differences]


def _named(statement: str, guarded: Guarded) -> str:
    return statement.format(reader=guarded.reader, service=guarded.service, caller=guarded.caller)


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
        "GRANT USAGE ON SCHEMA public TO {caller} WITH GRANT OPTION",
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
def test_verify_finds_and_a_repair_mends(release: Release, empty_database: str, name: str) -> None:
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


@pytest.fixture
def owner(empty_database: str) -> Iterator[Role]:
    """A login that may make schemas, and no roles."""
    (name,) = query(empty_database, "SELECT quote_ident(current_database())")[0]
    with new_role(empty_database, f"GRANT CREATE ON DATABASE {name} TO {{role}}") as made:
        yield made


def test_who_may_not_create_roles_gets_the_statements_for_an_administrator_and_then_goes_on(
    empty_database: str, guarded: Guarded, make_package: Make, owner: Role
) -> None:
    package = make_package(guarded.files)
    with pytest.raises(StatementFailed) as caught:
        migrate(owner.conninfo, schema="lms", package=package)
    statements = [f"CREATE ROLE {role} NOLOGIN;" for role in guarded.roles]
    assert f"As an administrator run: {' '.join(statements)}\n" in str(caught.value)
    assert "lacks a right" not in str(caught.value)
    execute(empty_database, *statements[:2])
    with pytest.raises(StatementFailed) as caught:
        migrate(owner.conninfo, schema="lms", package=package)
    assert f"As an administrator run: {statements[2]}\n" in str(caught.value)
    execute(empty_database, statements[2])
    done = migrate(owner.conninfo, schema="lms", package=package)
    assert [action.file for action in done.actions] == [
        name.removesuffix(".sql") for name in guarded.files if name.startswith("security/")
    ]
    assert migrate(owner.conninfo, schema="lms", package=package).actions == ()
    assert set(guarded.roles) == {
        key.name for key in _catalog(empty_database, "lms").objects if key.kind == "role"
    }


def test_a_role_that_may_create_roles_installs_and_is_no_member_of_them_that_counts(
    empty_database: str, make_package: Make, owner: Role
) -> None:
    """From 16 on it may grant them, and is listed as their member for that."""
    other = Guarded(uuid.uuid4().hex[:12])
    execute(empty_database, f"ALTER ROLE {owner.name} CREATEROLE")
    try:
        migrate(owner.conninfo, schema="lms", package=make_package(other.files))
        found = _catalog(empty_database, "lms").objects
        assert {text for key, text in found.items() if key.kind == "role"} == {"NOLOGIN"}
        result = drop(owner.conninfo, schema="lms")
        assert result.left == {}
        assert set(other.roles) <= {name.removeprefix("ROLE ") for name in result.dropped}
    finally:
        for role in other.roles:
            execute(empty_database, f"DROP ROLE IF EXISTS {role}")


@pytest.mark.usefixtures("release")
def test_a_plain_install_by_one_login_has_no_difference_and_a_note(
    empty_database: str, owner: Role
) -> None:
    migrate(owner.conninfo, schema="lms")
    for strict in (False, True):
        result = verify(owner.conninfo, schema="lms", strict=strict)
        assert result.differences == ()
        assert [(item.name, item.actual) for item in result.notes] == [("tables", owner.name)]
    execute(empty_database, f"ALTER ROLE {owner.name} NOLOGIN")
    assert verify(empty_database, schema="lms", strict=True).notes == ()


@pytest.mark.parametrize("is_member", [False, True])
def test_a_login_that_has_the_owner_s_rights_and_a_role_with_policies_is_found(
    release: Release, empty_database: str, owner: Role, is_member: bool
) -> None:
    reader, _service, caller = release.guarded.roles
    migrate(owner.conninfo, schema="lms")
    login = owner.name
    with ExitStack() as stack:
        between = stack.enter_context(new_role(empty_database, "ALTER ROLE {role} NOLOGIN"))
        if is_member:
            grant = f"GRANT {owner.name} TO {between.name}; GRANT {between.name} TO {{role}}"
            login = stack.enter_context(new_role(empty_database, grant)).name
        execute(empty_database, f"GRANT {caller} TO {login}")
        assert verify(empty_database, schema="lms").differences == ()
        execute(empty_database, f"GRANT {reader} TO {login}")
        (found,) = verify(empty_database, schema="lms").differences
        assert (found.problem, found.kind, found.name) == ("different", "role", reader)
        which = f"a member of the owner {owner.name}" if is_member else f"the owner {owner.name}"
        assert f"held by {login}, which is {which}" in (found.actual or "").split("\n")


def test_a_plan_makes_the_roles_on_its_disposable_server(
    empty_database: str,
    guarded: Guarded,
    make_package: Make,
    new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    owner: Role,
) -> None:
    monkeypatch.setattr(embedded, "temporary", disposable_server(new_database))
    package = make_package(guarded.files)
    execute(empty_database, f"CREATE SCHEMA lms AUTHORIZATION {owner.name}")
    planned = plan(owner.conninfo, schema="lms", package=package)
    files = [action.file for step in planned.transactions for action in step.actions]
    assert files == [file.id for file in package.files]


def test_a_plan_of_what_comes_after_the_roles_has_them(
    release: Release,
    empty_database: str,
    make_package: Make,
    new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "temporary", disposable_server(new_database))
    changed = release.guarded.files["security/notes.sql"].replace("person = 1", "person = 2")
    migrate(empty_database, schema="lms")
    package = make_package(release.guarded.files | {"security/notes.sql": changed})
    planned = plan(empty_database, schema="lms", package=package)
    (step,) = planned.transactions
    assert [(action.file, action.action) for action in step.actions] == [
        ("security/notes", "rebuild")
    ]
    assert {lock.table for item in step.statements for lock in item.effects.takes} >= {"notes"}


def _existing(conninfo: str, guarded: Guarded) -> set[str]:
    names = ", ".join(f"'{role}'" for role in guarded.roles)
    rows = query(conninfo, f"SELECT rolname FROM pg_roles WHERE rolname IN ({names})")
    return {row[0] for row in rows}


def test_a_second_schema_has_the_same_roles_and_the_last_one_drops_them(
    release: Release, empty_database: str
) -> None:
    migrate(empty_database, schema="second")
    assert _catalog(empty_database, "second") == release.catalog
    result = drop(empty_database, schema="public")
    assert result.left == {
        f"ROLE {role}": "another schema of this database uses it" for role in release.guarded.roles
    }
    assert _existing(empty_database, release.guarded) == set(release.guarded.roles)
    assert _catalog(empty_database, "second") == release.catalog
    result = drop(empty_database, schema="second")
    assert result.left == {}
    assert result.dropped[-3:] == tuple(f"ROLE {role}" for role in sorted(release.guarded.roles))
    assert _existing(empty_database, release.guarded) == set()
    assert migrate(empty_database, schema="public").actions
    assert _differences(empty_database) == []


def test_a_role_that_another_database_uses_or_that_has_a_member_is_left(
    release: Release, empty_database: str, new_database: Callable[[], str]
) -> None:
    reader, service, caller = release.guarded.roles
    other = new_database()
    execute(other, "CREATE TABLE others (i int)", f"GRANT SELECT ON others TO {reader}")
    (name,) = query(other, "SELECT quote_ident(current_database())")[0]
    with new_role(empty_database, f"GRANT {service} TO {{role}}") as member:
        result = drop(empty_database, schema="public")
        assert result.left == {
            f"ROLE {reader}": f"database {name} uses it",
            f"ROLE {service}": f"{member.name} is a member of it",
        }
    assert _existing(empty_database, release.guarded) == {reader, service}
    assert f"ROLE {caller}" in result.dropped
    execute(other, "DROP TABLE others")


def test_a_role_that_another_database_begins_to_use_during_a_drop_is_left(
    release: Release, server: str, empty_database: str
) -> None:
    reader = release.guarded.reader
    with (
        new_database_on(server) as other,
        psycopg.connect(other) as user,
    ):
        user.execute("CREATE TABLE others (i int)")
        user.execute(f"GRANT SELECT ON others TO {reader}".encode())
        dropping = partial(drop, empty_database, schema="public", lock_timeout=60)
        with waiting(empty_database, None, dropping, user) as dropped:
            user.commit()
            assert list(dropped.result().left) == [f"ROLE {reader}"]
        assert _existing(empty_database, release.guarded) == {reader}


def test_drop_says_which_roles_it_left_and_why(release: Release, empty_database: str) -> None:
    service = release.guarded.service
    with new_role(empty_database, f"GRANT {service} TO {{role}}") as member:
        migrate(empty_database, schema="second")
        options = ("--database", empty_database, "--confirm")
        result = CliRunner().invoke(cli, ["drop", *options, "public", "--json"])
        assert set(json.loads(result.stdout)["left"]) == {
            f"ROLE {role}" for role in release.guarded.roles
        }
        result = CliRunner().invoke(cli, ["drop", *options, "second"])
        assert f"left ROLE {service}: {member.name} is a member of it" in result.stdout
        assert f"dropped ROLE {release.guarded.reader}" in result.stdout


def test_a_role_that_whoever_drops_may_not_drop_is_left(
    release: Release, empty_database: str, owner: Role
) -> None:
    drop(empty_database, schema="public")
    execute(empty_database, *(f"CREATE ROLE {role}" for role in release.guarded.roles))
    migrate(owner.conninfo, schema="lms")
    result = drop(owner.conninfo, schema="lms")
    assert result.left == dict.fromkeys(
        (f"ROLE {role}" for role in sorted(release.guarded.roles)),
        "permission denied to drop role",
    )


@pytest.mark.usefixtures("release")
def test_a_role_of_another_that_the_records_name_is_not_dropped(
    empty_database: str,
) -> None:
    with new_role(empty_database, "ALTER ROLE {role} NOLOGIN") as other:
        execute(
            empty_database,
            f"UPDATE lms_schema_migration SET objects = objects || 'ROLE {other.name}'::text",
        )
        result = drop(empty_database, schema="public")
        assert not any(other.name in name for name in (*result.dropped, *result.left))
        assert query(empty_database, f"SELECT to_regrole('{other.name}') IS NULL") == [(False,)]


def test_a_file_whose_roles_are_gone_is_applied_again(
    release: Release, empty_database: str
) -> None:
    for role in release.guarded.roles:
        execute(empty_database, f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert status(empty_database, schema="public").files.changed == ("security/010_roles",)
    assert actions(migrate(empty_database, schema="public")) == [("security/010_roles", "replace")]
    assert _existing(empty_database, release.guarded) == set(release.guarded.roles)
    assert migrate(empty_database, schema="public", repair=True).left == ()
    assert _catalog(empty_database) == release.catalog


def test_what_psql_installed_is_adopted_with_its_roles(
    release: Release, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(empty_database) as connection:
        entries = ledger.read(connection, "public")
        connection.execute("CREATE SCHEMA lms; SET search_path = lms, pg_temp")
        for file in release.package.files:
            connection.execute(file.text.encode())
    recorded = {name: entry.objects for name, entry in entries.items()}
    monkeypatch.setattr(release_objects, "recorded", lambda _connection, _schema: recorded)
    execute(empty_database, f"GRANT SELECT ON lms.notes TO {release.guarded.reader}")
    (found,) = baseline(empty_database, schema="lms").differences
    assert (found.kind, found.name) == ("grant", "table notes")
    execute(empty_database, f"REVOKE SELECT ON lms.notes FROM {release.guarded.reader}")
    execute(empty_database, f"GRANT SELECT (id, person) ON lms.notes TO {release.guarded.reader}")
    assert baseline(empty_database, schema="lms").differences == ()
    with psycopg.connect(empty_database) as connection:
        adopted = ledger.read(connection, "lms")["security/010_roles"].objects
    assert adopted == tuple(f"ROLE {role}" for role in sorted(release.guarded.roles))
    assert migrate(empty_database, schema="lms").actions == ()


@pytest.fixture
def dump(release: Release, empty_database: str, tmp_path: Path) -> Path:  # noqa: ARG001
    """The small package as pg_dump writes it."""
    with psycopg.connect(empty_database) as connection:
        major = connection.info.server_version // 10000
    if major < 18:
        skip_here("PostgreSQL 18, whose pg_dump the tests have")
    path = tmp_path / "dump.sql"
    program("pg_dump", "--dbname", empty_database, "--schema", "public", "--file", path)
    return path


def test_what_is_restored_without_its_roles_is_closed_and_a_repair_opens_it(dump: Path) -> None:
    with embedded.temporary() as restored:
        program("psql", "-X", "-q", "-d", restored, "-f", dump)
        flags = "SELECT DISTINCT relrowsecurity FROM pg_class WHERE relname ~ '^(notes|events)'"
        assert query(restored, f"{flags} AND relkind IN ('r', 'p')") == [(True,)]
        assert query(restored, "SELECT count(*) FROM pg_policy") == [(0,)]
        assert status(restored, schema="public").files.changed == ("security/010_roles",)
        assert {kind for _, kind, _ in _differences(restored)} == {"grant", "policy"}
        assert migrate(restored, schema="public", repair=True).left == ()
        assert _differences(restored) == []


def test_what_is_restored_where_the_roles_are_is_what_was_dumped(
    release: Release, server: str, dump: Path
) -> None:
    with new_database_on(server) as restored:
        execute(restored, "DROP SCHEMA public")
        program("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", restored, "-f", dump)
        assert _catalog(restored) == release.catalog
        assert migrate(restored, schema="public").actions == ()


def test_two_databases_installed_at_once_share_the_roles(
    server: str, empty_database: str, guarded: Guarded, make_package: Make
) -> None:
    package = make_package(guarded.files)
    with (
        psycopg.connect(empty_database) as maker,
        new_database_on(server) as other,
    ):
        maker.execute(f"CREATE ROLE {guarded.reader}".encode())
        installing = partial(migrate, other, schema="lms", package=package)
        with waiting(empty_database, None, installing, maker) as installed:
            maker.commit()
            assert installed.result().actions
        migrate(empty_database, schema="lms", package=package)
        assert _catalog(other, "lms") == _catalog(empty_database, "lms")


SHOP = """
REVOKE ALL ON notes FROM {role};
CREATE POLICY shop_select ON notes FOR SELECT TO {role} USING (person = 2);
GRANT SELECT (person) ON notes TO {role};
"""


def test_an_extra_s_roles_and_grants_are_expected_with_it_and_those_of_others_without_it(
    release: Release,
    server: str,
    empty_database: str,
    make_extra: MakeExtra,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def temporary() -> Iterator[str]:
        with new_database_on(server) as conninfo:
            yield conninfo

    monkeypatch.setattr(embedded, "temporary", temporary)
    role = f"guarded_shop_{release.guarded.suffix}"
    files = {
        "security/010_roles.sql": ROLES.format(names=f"'{role}'"),
        "security/notes.sql": SHOP.format(role=role),
    }
    extra = [make_extra(files)]
    try:
        migrate(empty_database, schema="public", extra=extra)
        assert verify(empty_database, schema="public", extra=extra).differences == ()
        assert _differences(empty_database) == [("extra", "policy", "notes.shop_select")]
        execute(
            empty_database,
            f"REVOKE SELECT (person) ON notes FROM {role}",
            f"GRANT UPDATE ON notes TO {role}",
            f"GRANT DELETE ON notes TO {release.guarded.reader}",
        )
        found = verify(empty_database, schema="public", extra=extra).differences
        assert [(item.problem, item.kind, item.name) for item in found] == [
            ("different", "grant", "column notes.person"),
            ("different", "grant", "table notes"),
        ]
        result = migrate(empty_database, schema="public", extra=extra, repair=True)
        assert (result.left, len(result.repaired)) == ((), 2)
        assert f"ROLE {role}" in drop(empty_database, schema="public").dropped
    finally:
        execute(empty_database, f"DROP ROLE IF EXISTS {role}")


def test_an_extra_may_not_switch_row_security_off(
    release: Release, empty_database: str, make_extra: MakeExtra
) -> None:
    extra = make_extra({"security/notes.sql": "ALTER TABLE notes DISABLE ROW LEVEL SECURITY;"})
    with pytest.raises(UsageError, match="it changes row security notes"):
        migrate(empty_database, schema="public", extra=[extra])
    assert _catalog(empty_database) == release.catalog
