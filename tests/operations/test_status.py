"""`status`: what a migrate would find, for a role that may only read."""

from __future__ import annotations

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import migrate, status
from lms_schema.cli import cli
from lms_schema.source import package
from support.runner import Make, execute, query

TABLES = {
    "tables/010_a.sql": "CREATE TABLE a (i int);",
    "tables/020_b.sql": "CREATE TABLE b (i int);",
}
FUNCTIONS = {
    "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;",
    "functions/g.sql": "CREATE OR REPLACE FUNCTION g() RETURNS int RETURN 1;",
}


def test_a_migrated_database_has_nothing_to_do(empty_database: str, make_package: Make) -> None:
    files = make_package(TABLES | FUNCTIONS)
    migrate(empty_database, package=files)
    found = status(empty_database, package=files)
    assert found.tracked
    assert found.exit_code == 0
    assert found.files.applied == (
        "tables/010_a",
        "tables/020_b",
        "functions/f",
        "functions/g",
    )


def test_pending_changed_and_gone_files_are_told_apart(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES | FUNCTIONS))
    later = TABLES | {
        "tables/030_c.sql": "CREATE TABLE c (i int);",
        "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 2;",
    }
    found = status(empty_database, package=make_package(later))
    assert found.exit_code == 3
    assert found.files.pending == ("tables/030_c",)
    assert found.files.changed == ("functions/f",)
    assert found.files.gone == ("functions/g",)
    assert found.files.applied == ("tables/010_a", "tables/020_b")
    assert (found.files.edited, found.files.newer) == ((), ())


def test_few_files_are_listed_and_many_are_counted_by_folder(
    empty_database: str, make_package: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"tables/{10 + n:03}_t.sql": f"CREATE TABLE t{n} (i int);" for n in range(9)}
    few, more = make_package(TABLES | FUNCTIONS), make_package(many | FUNCTIONS)

    def said(found: package.SchemaPackage) -> str:
        monkeypatch.setattr(package, "read", lambda: found)
        return CliRunner().invoke(cli, ["status", "--database", empty_database]).stdout

    assert "pending: 4 files\n  tables/010_a\n" in said(few)
    counted = "pending: 11 files\n  tables        9\n  functions     2\n"
    assert said(more).endswith(counted)


def test_release_time_and_role_of_the_last_migrate_are_told(
    empty_database: str, make_package: Make
) -> None:
    untracked = status(empty_database, schema="lms")
    assert (untracked.release, untracked.migrated_at, untracked.migrated_by) == (None, None, None)
    migrate(empty_database, package=make_package(TABLES))
    found = status(empty_database, package=make_package(TABLES))
    last, user = query(
        empty_database, "SELECT max(applied_at_utc), current_user::text FROM lms_schema_migration"
    )[0]
    assert found.release == lms_schema.__version__
    assert (found.migrated_at, found.migrated_by) == (last, user)
    execute(
        empty_database,
        "UPDATE lms_schema_migration SET package_version = '0.0.9' WHERE migration_id LIKE '%010%'",
        "UPDATE lms_schema_log SET username = 'earlier', created_at_utc = '2020-01-01'",
        "UPDATE lms_schema_log SET username = 'later', created_at_utc = '2020-01-02' "
        "WHERE migration_id LIKE '%020%'",
    )
    found = status(empty_database, package=make_package(TABLES))
    assert (found.release, found.migrated_by) == (lms_schema.__version__, "later")


@pytest.mark.parametrize("drop", [False, True])
def test_only_one_kind_of_work_is_enough_for_exit_code_3(
    empty_database: str, make_package: Make, drop: bool
) -> None:
    migrate(empty_database, package=make_package(TABLES | FUNCTIONS))
    less = {name: text for name, text in FUNCTIONS.items() if name != "functions/g.sql"}
    more = FUNCTIONS | {"functions/h.sql": "CREATE FUNCTION h() RETURNS int RETURN 1;"}
    files = make_package(TABLES | (less if drop else more))
    assert status(empty_database, package=files).exit_code == 3


def test_what_migrate_would_refuse_is_told_with_its_exit_code(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLES))
    edited = make_package(TABLES | {"tables/010_a.sql": "CREATE TABLE a (i bigint);"})
    found = status(empty_database, package=edited)
    assert (found.files.edited, found.exit_code) == (("tables/010_a",), 5)
    older = make_package({"tables/010_a.sql": TABLES["tables/010_a.sql"]})
    found = status(empty_database, package=older)
    assert (found.files.newer, found.exit_code) == (("tables/020_b",), 8)


def test_a_role_that_may_only_select_can_read_it_and_nothing_is_created(
    empty_database: str, make_package: Make
) -> None:
    files = make_package(TABLES)
    migrate(empty_database, schema="lms", package=files)
    reader = query(empty_database, "SELECT 'reader_' || current_database()")[0][0]
    execute(empty_database, f"CREATE ROLE {reader} LOGIN PASSWORD 'reads'")
    try:
        conninfo = make_conninfo(empty_database, user=reader, password="reads")  # noqa: S106
        execute(empty_database, f"GRANT USAGE ON SCHEMA lms TO {reader}")
        with pytest.raises(lms_schema.DatabaseError, match="permission denied"):
            status(conninfo, schema="lms", package=files)
        execute(empty_database, f"GRANT SELECT ON lms.lms_schema_migration TO {reader}")
        assert status(conninfo, schema="lms", package=files).exit_code == 0
        assert status(conninfo, schema="public", package=files).tracked is False
    finally:
        execute(empty_database, f"DROP OWNED BY {reader}", f"DROP ROLE {reader}")


def test_a_database_never_migrated_is_not_tracked_and_stays_as_it_is(empty_database: str) -> None:
    found = status(empty_database, schema="not_there")
    assert (found.tracked, found.equals, found.exit_code) == (False, None, 3)
    assert status(empty_database).equals is None
    assert query(
        empty_database,
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    ) == [(0,)]


def test_a_database_made_without_the_runner_equals_the_release(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("SET search_path = public, pg_temp")
        for file in package.read().files:
            connection.execute(file.text.encode())
    found = status(empty_database)
    assert not found.tracked
    assert found.equals == lms_schema.__version__
