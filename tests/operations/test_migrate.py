"""What `migrate` does, file by file; small packages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

import lms_schema
from lms_schema import (
    DatabaseNewer,
    Event,
    LockNotObtained,
    ReleasedFileEdited,
    StatementFailed,
    UsageError,
    migrate,
)
from lms_schema.server import advisory_lock, sessions
from support.runner import Make, actions, execute, query

TABLE_A = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
TABLE_B = {"tables/020_b.sql": "CREATE TABLE b (i int);"}
FUNCTION = {"functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;"}


@contextmanager
def _open_transaction(conninfo: str, statement: str) -> Iterator[None]:
    with psycopg.connect(conninfo) as connection:
        connection.execute(statement.encode())
        yield
        connection.rollback()


def test_files_are_applied_in_order_and_recorded_with_what_they_created(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(
        {
            "types/010_t.sql": "CREATE TYPE e AS ENUM ('x');",
            "tables/010_a.sql": "CREATE TABLE a (i int PRIMARY KEY, e e);",
            "tables/020_b.sql": "CREATE TABLE b (i int REFERENCES a);",
            "functions/f.sql": "CREATE OR REPLACE FUNCTION f(int, e) RETURNS int RETURN 1;",
            "triggers/a.sql": (
                "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION g();"
            ),
            "views/m.sql": (
                "CREATE MATERIALIZED VIEW m AS SELECT i FROM a; CREATE UNIQUE INDEX m_i ON m (i);"
            ),
            "indexes/b_i.sql": "CREATE INDEX b_i ON b (i);",
            "security/a.sql": (
                "ALTER TABLE a ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY p ON a USING (TRUE); GRANT SELECT ON a, m TO PUBLIC;"
            ),
        }
    )
    result = migrate(empty_database, package=package)
    assert actions(result) == [(file.id, "apply") for file in package.files]
    rows = query(empty_database, "SELECT migration_id, objects FROM lms_schema_migration")
    assert {name: set(objects) for name, objects in rows} == {
        "types/010_t": {"TYPE e"},
        "tables/010_a": {"TABLE a"},
        "tables/020_b": {"TABLE b"},
        "functions/f": {"FUNCTION f(integer,e)"},
        "triggers/a": {"FUNCTION g()", "TRIGGER t ON a"},
        "views/m": {"MATERIALIZED VIEW m", "INDEX m_i"},
        "indexes/b_i": {"INDEX b_i"},
        "security/a": {"POLICY p ON a"},
    }


def test_what_a_do_block_with_an_exception_clause_creates_is_recorded(
    empty_database: str, make_package: Make
) -> None:
    body = (
        "DO $$ BEGIN CREATE TABLE a (i int); EXCEPTION WHEN duplicate_table THEN NULL; END $$;"
        "CREATE TABLE b (i int);"
    )
    migrate(empty_database, package=make_package({"tables/a.sql": body}))
    rows = query(empty_database, "SELECT objects FROM lms_schema_migration")
    assert rows == [(["TABLE a", "TABLE b"],)]


def test_a_failing_file_is_rolled_back_and_named_with_line_and_statement(
    empty_database: str, make_package: Make
) -> None:
    broken = "-- A table.\nCREATE TABLE b (i int);\n\nINSERT INTO b\nSELECT nothing\nFROM a;"
    package = make_package(TABLE_A | {"tables/020_b.sql": broken})
    with pytest.raises(StatementFailed) as caught:
        migrate(empty_database, package=package)
    error = caught.value
    assert (error.file, error.line, error.sqlstate) == ("tables/020_b.sql", 5, "42703")
    assert error.statement == "INSERT INTO b\nSELECT nothing\nFROM a"
    assert "tables/020_b.sql:5: " in str(error)
    assert "SELECT nothing" in str(error)
    assert error.exit_code == 1
    assert query(empty_database, "SELECT to_regclass('a'), to_regclass('b')") == [("a", None)]
    assert query(empty_database, "SELECT migration_id FROM lms_schema_migration") == [
        ("tables/010_a",)
    ]
    migrate(empty_database, package=make_package(TABLE_A | TABLE_B))
    assert query(empty_database, "SELECT to_regclass('b')") == [("b",)]


def test_a_failing_first_file_leaves_no_state_tables_and_no_schema(
    empty_database: str, make_package: Make
) -> None:
    wrong = make_package({"tables/010_a.sql": "CREATE TABLE a (i int); CREATE TABLE a (i int);"})
    with pytest.raises(StatementFailed):
        migrate(empty_database, schema="lms", package=wrong)
    assert query(empty_database, "SELECT to_regnamespace('lms')") == [(None,)]
    with pytest.raises(StatementFailed):
        migrate(empty_database, package=wrong)
    assert not lms_schema.status(empty_database, package=wrong).tracked
    migrate(empty_database, package=make_package(TABLE_A))
    rows = query(empty_database, "SELECT migration_id, objects FROM lms_schema_migration")
    assert rows == [("tables/010_a", ["TABLE a"])]


@pytest.mark.parametrize(
    "file",
    [TABLE_A, {"types/010_t.sql": "CREATE TYPE t AS ENUM ('x');"}],
    ids=["table", "type"],
)
def test_a_schema_that_psql_installed_is_refused_and_stays_as_it_is(
    empty_database: str, make_package: Make, file: dict[str, str]
) -> None:
    package = make_package(file | TABLE_B)
    execute(empty_database, *file.values())
    before = query(empty_database, "SELECT oid, relname FROM pg_class ORDER BY oid")
    with pytest.raises(lms_schema.DatabaseError, match="installed without lms-schema") as caught:
        migrate(empty_database, package=package)
    assert "already exists" in str(caught.value)
    assert query(empty_database, "SELECT oid, relname FROM pg_class ORDER BY oid") == before
    assert not lms_schema.status(empty_database, package=package).tracked


def test_an_error_without_a_position_is_named_with_the_statement_s_line(
    empty_database: str, make_package: Make
) -> None:
    text = "CREATE TABLE b (i int CHECK (i > 0));\n\nINSERT INTO b\nVALUES (-1);"
    with pytest.raises(StatementFailed) as caught:
        migrate(empty_database, package=make_package({"tables/b.sql": text}))
    assert (caught.value.line, caught.value.sqlstate) == (3, "23514")
    assert "-1" in (caught.value.detail or "")


def test_a_deferred_constraint_is_checked_while_its_file_can_be_named(
    empty_database: str, make_package: Make
) -> None:
    text = (
        "CREATE TABLE b (i int PRIMARY KEY, j int REFERENCES b DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO b VALUES (1, 2);"
    )
    with pytest.raises(StatementFailed) as caught:
        migrate(empty_database, package=make_package({"tables/b.sql": text}))
    assert (caught.value.file, caught.value.line) == ("tables/b.sql", 2)
    assert caught.value.sqlstate == "23503"


def test_an_edited_applied_file_is_refused_before_anything_is_changed(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE_A))
    edited = {"tables/010_a.sql": "CREATE TABLE a (i int, j int);"}
    with pytest.raises(ReleasedFileEdited, match=r"tables/010_a\.sql") as caught:
        migrate(empty_database, package=make_package(edited | TABLE_B | FUNCTION))
    assert caught.value.exit_code == 5
    assert query(empty_database, "SELECT to_regclass('b')") == [(None,)]


def test_an_applied_file_that_the_package_does_not_know_means_a_newer_database(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE_A | TABLE_B))
    with pytest.raises(DatabaseNewer, match="tables/020_b") as caught:
        migrate(empty_database, package=make_package(TABLE_A | FUNCTION))
    assert caught.value.exit_code == 8
    assert query(empty_database, "SELECT to_regproc('f')") == [(None,)]


def test_an_older_release_does_not_undo_a_newer_one(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE_A | FUNCTION))
    execute(empty_database, "UPDATE lms_schema_migration SET package_version = '99.0'")
    with pytest.raises(DatabaseNewer, match=r"99\.0"):
        migrate(empty_database, package=make_package(TABLE_A))
    assert query(empty_database, "SELECT to_regproc('f')") == [("f",)]


def test_a_later_file_is_applied_alone(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLE_A))
    result = migrate(empty_database, package=make_package(TABLE_A | TABLE_B))
    assert actions(result) == [("tables/020_b", "apply")]


def test_to_stops_after_a_file(empty_database: str, make_package: Make) -> None:
    package = make_package(TABLE_A | TABLE_B | FUNCTION)
    result = migrate(empty_database, package=package, to="tables/010_a")
    assert actions(result) == [("tables/010_a", "apply")]
    result = migrate(empty_database, package=package)
    assert actions(result) == [("tables/020_b", "apply"), ("functions/f", "apply")]


def test_to_an_unknown_file_is_an_error_that_names_near_ones(
    empty_database: str, make_package: Make
) -> None:
    with pytest.raises(UsageError, match="Did you mean tables/010_a"):
        migrate(empty_database, package=make_package(TABLE_A), to="tables/01_a")


def test_recurring_files_run_at_every_migrate_and_are_silent_when_they_change_nothing(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(
        {
            "tables/a.sql": "CREATE TABLE a (i int); CREATE TABLE wanted (i int);",
            "partitions/p.sql": (
                "INSERT INTO a SELECT i FROM wanted WHERE i NOT IN (SELECT i FROM a);"
            ),
        }
    )
    assert actions(migrate(empty_database, package=package))[-1] == ("partitions/p", "run")
    assert actions(migrate(empty_database, package=package)) == []
    execute(empty_database, "INSERT INTO wanted VALUES (7)")
    assert actions(migrate(empty_database, package=package)) == [("partitions/p", "run")]
    assert actions(migrate(empty_database, package=package)) == []
    assert query(empty_database, "SELECT i FROM a") == [(7,)]


def test_a_recurring_file_that_is_gone_leaves_its_tables(
    empty_database: str, make_package: Make
) -> None:
    recurring = {"partitions/p.sql": "CREATE TABLE IF NOT EXISTS data (i int);"}
    migrate(empty_database, package=make_package(TABLE_A | recurring))
    assert actions(migrate(empty_database, package=make_package(TABLE_A | recurring))) == []
    migrate(empty_database, package=make_package(TABLE_A))
    assert query(empty_database, "SELECT to_regclass('data')") == [("data",)]


def test_notices_and_progress_are_told(empty_database: str, make_package: Make) -> None:
    events: list[Event] = []
    package = make_package({"tables/a.sql": "DO $$ BEGIN RAISE NOTICE 'hello'; END $$;"})
    migrate(empty_database, package=package, on_event=events.append)
    assert [(event.kind, event.text) for event in events] == [
        ("begin", "what is pending or changed"),
        ("notice", "NOTICE: hello"),
        ("apply", "tables/a"),
    ]
    assert [event.total for event in events] == [1, None, None]
    assert events[2].seconds is not None


def test_settings_of_the_database_do_not_change_what_a_file_means(
    empty_database: str, make_package: Make
) -> None:
    name = query(empty_database, "SELECT current_database()")[0][0]
    for setting in (
        "standard_conforming_strings = off",
        "check_function_bodies = off",
        "default_transaction_isolation = 'serializable'",
        "timezone = 'Asia/Tokyo'",
        "datestyle = 'SQL, DMY'",
        "statement_timeout = '50ms'",
        "default_transaction_read_only = on",
    ):
        execute(empty_database, f"ALTER DATABASE {name} SET {setting}")
    package = make_package(
        {
            "tables/a.sql": (
                r"CREATE TABLE a AS SELECT 'C:\' AS path, now()::text AS at FROM pg_sleep(0.1);"
            )
        }
    )
    migrate(empty_database, package=package)
    with psycopg.connect(empty_database, options="-c statement_timeout=0") as connection:
        row = connection.execute("SELECT path, at FROM a").fetchone()
    assert row is not None
    assert row[0] == "C:\\"
    assert row[1].endswith("+00")


@pytest.mark.parametrize("schema", ['Weird "Schema"', "größe", "select", "a.b", "%s"])
def test_a_schema_of_any_name_is_created_and_used(
    empty_database: str, make_package: Make, schema: str
) -> None:
    package = make_package(TABLE_A | FUNCTION)
    migrate(empty_database, schema=schema, package=package)
    assert migrate(empty_database, schema=schema, package=package).actions == ()
    changed = {"functions/f.sql": "CREATE OR REPLACE FUNCTION f(i int) RETURNS int RETURN i;"}
    migrate(empty_database, schema=schema, package=make_package(TABLE_A | changed))
    rows = query(
        empty_database,
        "SELECT n.nspname, count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information)' GROUP BY 1",
    )
    assert rows == [(schema, 4)]
    assert lms_schema.status(empty_database, schema=schema, package=package).tracked


@pytest.mark.parametrize("schema", ["", "$user", "x" * 64])
def test_a_name_that_postgresql_reads_otherwise_is_refused(
    empty_database: str, make_package: Make, schema: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the schema"):
        migrate(empty_database, schema=schema, package=make_package(TABLE_A))


@pytest.mark.parametrize("schema", ["information_schema", "pg_catalog", "pg_mine"])
def test_a_schema_of_postgresql_s_own_is_refused(
    empty_database: str, make_package: Make, schema: str
) -> None:
    with pytest.raises(UsageError, match="PostgreSQL's own"):
        migrate(empty_database, schema=schema, package=make_package(TABLE_A))
    with pytest.raises(UsageError, match="PostgreSQL's own"):
        lms_schema.drop(empty_database, schema=schema)


def test_no_lock_timeout_means_to_wait_forever(empty_database: str) -> None:
    with sessions.session(empty_database, lock_timeout=0.0001) as session:
        assert session.connection.execute("SHOW lock_timeout").fetchone() == ("1ms",)


def test_two_schemas_of_one_database_each_carry_their_own_state(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, schema="one", package=make_package(TABLE_A))
    result = migrate(empty_database, schema="two", package=make_package(TABLE_A | TABLE_B))
    assert len(result.actions) == 2
    assert migrate(empty_database, schema="one", package=make_package(TABLE_A)).actions == ()


def test_without_an_existing_schema_in_the_search_path_one_must_be_named(
    empty_database: str, make_package: Make
) -> None:
    conninfo = psycopg.conninfo.make_conninfo(empty_database, options="-c search_path=nowhere")
    with pytest.raises(UsageError, match="--schema"):
        migrate(conninfo, package=make_package(TABLE_A))


def test_a_held_lock_ends_with_the_holder_s_name(empty_database: str, make_package: Make) -> None:
    name = query(empty_database, "SELECT current_database()")[0][0]
    with psycopg.connect(
        empty_database, autocommit=True, application_name="the other one"
    ) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (advisory_lock.key(name, "public"),))
        with pytest.raises(LockNotObtained) as caught:
            migrate(empty_database, package=make_package(TABLE_A), wait=0.2)
        assert caught.value.exit_code == 6
        assert f"session {holder.info.backend_pid} (the other one, " in str(caught.value)
    assert query(empty_database, "SELECT to_regclass('a')") == [(None,)]


def test_another_schema_is_not_locked(empty_database: str, make_package: Make) -> None:
    name = query(empty_database, "SELECT current_database()")[0][0]
    with psycopg.connect(empty_database, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(%s)", (advisory_lock.key(name, "one"),))
        assert migrate(empty_database, schema="two", package=make_package(TABLE_A), wait=0).actions


def test_a_table_lock_that_stays_ends_with_the_statement_and_nothing_done(
    empty_database: str, make_package: Make
) -> None:
    migrate(empty_database, package=make_package(TABLE_A))
    more = {"tables/020_b.sql": "CREATE TABLE b (i int);\nALTER TABLE a ADD COLUMN j int;"}
    with (
        _open_transaction(empty_database, "SELECT * FROM a"),
        pytest.raises(LockNotObtained, match=r"tables/020_b\.sql:2: ") as caught,
    ):
        migrate(empty_database, package=make_package(TABLE_A | more), lock_timeout=0.05, wait=0.3)
    assert caught.value.exit_code == 6
    assert query(empty_database, "SELECT to_regclass('b')") == [(None,)]


def test_a_table_lock_that_goes_away_is_waited_for(empty_database: str, make_package: Make) -> None:
    migrate(empty_database, package=make_package(TABLE_A))
    more = {"tables/020_b.sql": "ALTER TABLE a ADD COLUMN j int;"}
    with psycopg.connect(empty_database) as reader:
        reader.execute("SELECT * FROM a")

        def release(event: Event) -> None:
            if event.kind == "waiting":
                reader.rollback()

        result = migrate(
            empty_database,
            package=make_package(TABLE_A | more),
            lock_timeout=0.05,
            on_event=release,
        )
    assert actions(result) == [("tables/020_b", "apply")]


def test_a_broken_connection_is_a_database_error(empty_database: str, make_package: Make) -> None:
    package = make_package(
        TABLE_A | {"tables/020_b.sql": "SELECT pg_terminate_backend(pg_backend_pid());"}
    )
    with pytest.raises(lms_schema.DatabaseError, match="terminating connection"):
        migrate(empty_database, package=package)
    assert query(empty_database, "SELECT to_regclass('a')") == [("a",)]
