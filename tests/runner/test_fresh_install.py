"""Files of a fresh install are sent whole, and their commits wait for the disk in the end only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import lms_schema
from lms_schema import DatabaseError, Event, StatementFailed, migrate
from lms_schema.source import package as packages
from support import kills
from support.runner import Make, execute, fingerprint, query

FUNCTION = "CREATE OR REPLACE FUNCTION {}() RETURNS int RETURN 1;"
RECORDED = "SELECT migration_id, checksum, objects, content FROM lms_schema_migration ORDER BY 1"
FIRST = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
UNDONE = (
    "BEGIN CREATE OR REPLACE FUNCTION c() RETURNS int RETURN 2; PERFORM 1 / (SELECT 0); "
    "EXCEPTION WHEN division_by_zero THEN END"
)


@pytest.fixture
def idle_server() -> Iterator[kills.Server]:
    """A server that writes nothing of its log by itself, so that a crash loses what it may."""
    with kills.own_server() as server:
        execute(
            server.conninfo,
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
            "ALTER SYSTEM SET autovacuum = off",
        )
        server.crash()
        yield server


@pytest.mark.slow
def test_what_migrate_has_returned_of_outlives_a_crash(
    idle_server: kills.Server, make_package: Make
) -> None:
    files = {f"tables/{n}.sql": f"CREATE TABLE t{n} (i int)" for n in range(5)}
    package = make_package(files)
    migrate(idle_server.conninfo, package=package)
    idle_server.crash()
    assert lms_schema.status(idle_server.conninfo, package=package).exit_code == 0
    more = {"tables/8.sql": "CREATE TABLE t8 (i int)", "tables/9.sql": "SELECT wrong"}
    with pytest.raises(StatementFailed):
        migrate(idle_server.conninfo, package=make_package(files | more))
    idle_server.crash()
    assert query(idle_server.conninfo, "SELECT to_regclass('t8')::text") == [("t8",)]


@pytest.mark.slow
def test_files_that_a_crash_takes_back_are_applied_by_the_next_migrate(
    idle_server: kills.Server, make_package: Make
) -> None:
    files = {f"tables/{n}.sql": f"CREATE TABLE t{n} (i int)" for n in range(8)}
    package = make_package(files)
    applied: list[str] = []

    def crash_after_five(event: Event) -> None:
        if event.kind == "apply":
            applied.append(event.text)
            if len(applied) == 5:
                idle_server.crash()

    with pytest.raises(DatabaseError):
        migrate(idle_server.conninfo, package=package, on_event=crash_after_five)
    result = migrate(idle_server.conninfo, package=package)
    again = {action.file for action in result.actions}
    assert again > {"tables/5", "tables/6", "tables/7"}, "the crash took nothing back"
    assert lms_schema.status(idle_server.conninfo, package=package).exit_code == 0
    assert query(
        idle_server.conninfo, "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]$'"
    ) == [(8,)]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ("SELECT wrong", 'column "wrong" does not exist'),
        ("SELECT 1 / (SELECT 0)", "division by zero"),
        ("CREATE TABEL b ()", "syntax error"),
    ],
)
def test_a_file_of_a_fresh_install_that_fails_names_the_statement_and_changes_nothing(
    empty_database: str, make_package: Make, wrong: str, word: str
) -> None:
    text = f"CREATE TABLE b (i int);\n\n-- c\n{wrong};\nCREATE TABLE c (i int);"
    package = make_package(FIRST | {"tables/020_b.sql": text})
    with pytest.raises(StatementFailed, match=word) as caught:
        migrate(empty_database, package=package)
    failed = (caught.value.file, caught.value.line, caught.value.statement)
    assert failed == ("tables/020_b.sql", 4, wrong)
    assert query(empty_database, "SELECT to_regclass('a')::text, to_regclass('b')::text") == [
        ("a", None)
    ]
    assert query(empty_database, "SELECT migration_id FROM lms_schema_migration") == [
        ("tables/010_a",)
    ]
    package = make_package(FIRST | {"tables/020_b.sql": text.replace(wrong, "SELECT 1")})
    migrate(empty_database, package=package)
    assert lms_schema.status(empty_database, package=package).exit_code == 0


def test_a_deferred_constraint_is_checked_with_its_file(
    empty_database: str, make_package: Make
) -> None:
    text = (
        "CREATE TABLE b (i int PRIMARY KEY, j int REFERENCES b DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO b VALUES (1, 2);"
    )
    with pytest.raises(StatementFailed, match="foreign key") as caught:
        migrate(empty_database, package=make_package(FIRST | {"tables/020_b.sql": text}))
    assert (caught.value.file, caught.value.line) == ("tables/020_b.sql", 2)


def test_the_records_are_those_of_files_that_are_sent_statement_by_statement(
    empty_database: str, shared_database: str
) -> None:
    """A run that finds records sends statement by statement, hence the first file alone."""
    first = packages.read().files[0].id
    migrate(empty_database, schema="public", to=first)
    migrate(empty_database, schema="public")
    assert query(empty_database, RECORDED) == query(shared_database, RECORDED)
    assert fingerprint(empty_database) == fingerprint(shared_database)


def test_what_a_file_makes_inside_subtransactions_or_takes_over_is_recorded_as_its_own(
    empty_database: str, make_package: Make
) -> None:
    package = make_package(
        FIRST
        | {
            "functions/f.sql": "".join(map(FUNCTION.format, ("f", '"G h"', "i"))),
            "functions/g.sql": FUNCTION.format('"G h"') + "CREATE TABLE others (i int);",
            "triggers/t.sql": FUNCTION.format("i"),
            "tables/020_b.sql": (
                "DO $$ BEGIN CREATE TABLE b (i int); BEGIN CREATE TABLE c (i int); "
                "EXCEPTION WHEN division_by_zero THEN END; END $$"
            ),
        }
    )
    migrate(empty_database, package=package)
    assert dict(
        query(empty_database, "SELECT migration_id, objects FROM lms_schema_migration")
    ) == {
        "tables/010_a": ["TABLE a"],
        "tables/020_b": ["TABLE b", "TABLE c"],
        "functions/f": ["FUNCTION f()"],
        "functions/g": ['FUNCTION "G h"()'],
        "triggers/t": ["FUNCTION i()"],
    }


def test_files_that_only_define_things_share_a_transaction_and_have_times_of_their_own(
    empty_database: str, make_package: Make
) -> None:
    slow = "CREATE MATERIALIZED VIEW w AS SELECT pg_sleep(0.2)::text AS slept"
    files = {"views/a.sql": "CREATE VIEW v AS SELECT 1 AS i", "views/b.sql": slow}
    files |= {f"functions/f{n}.sql": FUNCTION.format(f"f{n}") for n in range(3)}
    result = migrate(empty_database, package=make_package(FIRST | files))
    assert query(
        empty_database,
        "SELECT split_part(migration_id, '/', 1), count(DISTINCT applied_at_utc)::int, "
        "count(DISTINCT xmin::text)::int FROM lms_schema_migration GROUP BY 1 ORDER BY 1",
    ) == [("functions", 3, 1), ("tables", 1, 1), ("views", 2, 1)]
    taken = {action.file: action.seconds for action in result.actions}
    assert list(taken) == [file.id for file in make_package(FIRST | files).files]
    assert 0 < taken["views/a"] < 0.2 < taken["views/b"]
    assert sum(taken.values()) < result.seconds


def test_of_files_that_share_a_transaction_those_before_a_failure_are_applied(
    empty_database: str, make_package: Make
) -> None:
    files = FIRST | {f"functions/{name}.sql": FUNCTION.format(name) for name in "abd"}
    wrong = FUNCTION.format("c") + "\nCREATE FUNCTION e() RETURNS int RETURN none();"
    with pytest.raises(StatementFailed, match="none") as caught:
        migrate(empty_database, package=make_package(files | {"functions/c.sql": wrong}))
    assert (caught.value.file, caught.value.line) == ("functions/c.sql", 2)
    applied = "SELECT migration_id FROM lms_schema_migration ORDER BY 1"
    assert query(empty_database, applied) == [("functions/a",), ("functions/b",), ("tables/010_a",)]
    migrate(empty_database, package=make_package(files))
    assert lms_schema.status(empty_database, package=make_package(files)).exit_code == 0


@pytest.mark.parametrize(
    "setting",
    [
        "SET LOCAL check_function_bodies = off;",
        "SELECT set_config('check_function_bodies', 'off', true);",
        "do $$ BEGIN EXECUTE 'SET LO' || 'CAL check_function_bodies = off'; END $$;",
        "DO /* now */ $$ BEGIN SET LOCAL check_function_bodies = off; END $$;",
        "SELECT pg_catalog.set_config(name, 'off', true) FROM pg_settings WHERE name ~ 'n_bodies';",
    ],
)
def test_what_a_file_sets_for_its_transaction_does_not_reach_the_next(
    empty_database: str, make_package: Make, setting: str
) -> None:
    body = "CREATE FUNCTION {}() RETURNS int LANGUAGE sql AS 'SELECT none()';"
    files = {"functions/a.sql": setting + body.format("a"), "functions/b.sql": body.format("b")}
    with pytest.raises(StatementFailed, match="none") as caught:
        migrate(empty_database, package=make_package(FIRST | files))
    assert caught.value.file == "functions/b.sql"


@pytest.mark.parametrize(
    "work",
    [
        FUNCTION.format("d") + f"DO $$ {UNDONE} $$;",
        FUNCTION.format("d") + f"DO -- why\n$$ {UNDONE} $$;",
        f"CREATE FUNCTION d() RETURNS void LANGUAGE plpgsql AS $$ {UNDONE} $$; SELECT d();",
    ],
)
def test_a_file_that_undoes_a_part_of_its_work_takes_over_nothing(
    empty_database: str, make_package: Make, work: str
) -> None:
    files = {f"functions/{name}.sql": FUNCTION.format(name) for name in "abce"}
    files["functions/d.sql"] = work
    migrate(empty_database, package=make_package(FIRST | files))
    recorded = dict(query(empty_database, "SELECT migration_id, objects FROM lms_schema_migration"))
    assert recorded == {"tables/010_a": ["TABLE a"]} | {
        f"functions/{name}": [f"FUNCTION {name}()"] for name in "abcde"
    }


def test_a_notice_is_told_once_with_its_file_whose_time_includes_the_attempt_without_it(
    empty_database: str, make_package: Make
) -> None:
    slow = "CREATE MATERIALIZED VIEW w AS SELECT pg_sleep(0.2)::text AS slept"
    files = {
        "views/a.sql": slow,
        "views/b.sql": "DROP VIEW IF EXISTS c; CREATE VIEW b AS SELECT 1 AS i",
        "views/d.sql": "CREATE VIEW d AS SELECT 1 AS i",
    }
    told: list[Event] = []
    result = migrate(empty_database, package=make_package(FIRST | files), on_event=told.append)
    assert [event.text for event in told[1:]] == [
        "tables/010_a",
        "views/a",
        'NOTICE: view "c" does not exist, skipping',
        "views/b",
        "views/d",
    ]
    taken = {action.file: action.seconds for action in result.actions}
    assert taken["views/b"] < 0.2 < 0.4 < taken["views/a"]


def test_an_index_on_rows_of_a_fresh_install_is_built_beside_their_writers(
    empty_database: str, make_package: Make
) -> None:
    files = {
        "tables/010_a.sql": "CREATE TABLE a (i int) PARTITION BY RANGE (i);",
        "tables/020_part.sql": (
            "CREATE TABLE part PARTITION OF a FOR VALUES FROM (0) TO (9); INSERT INTO a VALUES (1);"
        ),
        "indexes/a_i_idx.sql": "CREATE INDEX a_i_idx ON a (i);",
    }
    told: list[Event] = []
    migrate(empty_database, package=make_package(files), on_event=told.append)
    assert [event.text for event in told if event.kind == "building"] == [
        "indexes/a_i_idx on part, concurrently"
    ]


def test_indexes_share_a_transaction_when_only_a_table_that_they_do_not_index_has_rows(
    empty_database: str, make_package: Make
) -> None:
    files = {
        "tables/020_b.sql": "CREATE TABLE b (i int); INSERT INTO b VALUES (1);",
        "indexes/a_i_idx.sql": "CREATE INDEX a_i_idx ON a (i);",
        "indexes/a_j_idx.sql": "CREATE INDEX a_j_idx ON a ((i + 1));",
    }
    migrate(empty_database, package=make_package(FIRST | files))
    assert query(
        empty_database,
        "SELECT count(DISTINCT xmin::text)::int FROM lms_schema_migration "
        "WHERE migration_id LIKE 'indexes/%'",
    ) == [(1,)]
