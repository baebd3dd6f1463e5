"""Locks that are not to be had: how long is waited, who is named, who gives way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from lms_schema import Event, LockNotObtained, drop, migrate
from lms_schema.server import sessions
from support.runner import Make, actions, execute, query

TABLES = {
    "tables/010_a.sql": "CREATE TABLE a (i int);",
    "tables/020_b.sql": "CREATE TABLE b (i int);",
}
BOTH = {
    "tables/030_more.sql": "ALTER TABLE a ADD COLUMN j int;\nALTER TABLE b ADD COLUMN j int;",
}


@pytest.fixture
def tables(empty_database: str, make_package: Make) -> str:
    migrate(empty_database, package=make_package(TABLES))
    return empty_database


@pytest.fixture
def reader(tables: str) -> Iterator[psycopg.Connection]:
    """A transaction that has read both tables."""
    with psycopg.connect(tables, application_name="a reader") as connection:
        connection.execute("SELECT FROM b")
        connection.execute("SELECT FROM a -- the password 'geheim'")
        yield connection
        connection.rollback()


def _waited(observer: psycopg.Connection, table: str) -> float:
    """Return for how many seconds a lock on a table has been waited for."""
    row = observer.execute(
        "SELECT extract(epoch FROM clock_timestamp() - waitstart)::float8 FROM pg_locks "
        "WHERE NOT granted AND relation = %s::regclass",
        (table,),
    ).fetchone()
    return (row and row[0]) or 0.0


def test_who_blocks_is_told_while_it_blocks(
    tables: str, make_package: Make, reader: psycopg.Connection
) -> None:
    told: list[str] = []

    def release(event: Event) -> None:
        if event.kind == "waiting":
            told.append(event.text)
            reader.rollback()

    package = make_package(TABLES | BOTH)
    result = migrate(tables, package=package, lock_timeout=20, on_event=release)
    assert actions(result) == [("tables/030_more", "apply")]
    assert len(told) == 1
    assert told[0].startswith(
        f"tables/030_more.sql:1 waits for session {reader.info.backend_pid} (a reader, in a "
        "transaction for "
    )
    assert "idle in transaction, query: SELECT FROM a -- the password '***')" in told[0]


def test_when_the_time_is_used_up_the_error_names_who_holds_the_lock(
    tables: str, make_package: Make, reader: psycopg.Connection
) -> None:
    with pytest.raises(LockNotObtained, match=r"tables/030_more\.sql:1: ") as caught:
        migrate(tables, package=make_package(TABLES | BOTH), lock_timeout=0.2, wait=2)
    assert f"    session {reader.info.backend_pid} (a reader, " in str(caught.value)


def test_the_waits_of_a_file_are_limited_together(tables: str, make_package: Make) -> None:
    package = make_package(TABLES | BOTH)
    with (
        psycopg.connect(tables) as first,
        psycopg.connect(tables) as second,
        psycopg.connect(tables, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        first.execute("SELECT FROM a")
        second.execute("SELECT FROM b")
        running = pool.submit(migrate, tables, package=package, lock_timeout=3, wait=0)
        try:
            while _waited(observer, "a") < 1.5:
                assert not running.done(), running.exception()
        finally:
            first.rollback()
        with pytest.raises(LockNotObtained, match=r"030_more\.sql:2: .* waited for locks for 3 s"):
            running.result()


def test_in_a_deadlock_the_runner_gives_way_and_the_client_goes_on(
    tables: str, make_package: Make
) -> None:
    package = make_package(TABLES | BOTH)
    told: list[str] = []
    with (
        psycopg.connect(tables) as client,
        psycopg.connect(tables, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        client.execute("INSERT INTO b VALUES (1)")
        running = pool.submit(
            migrate,
            tables,
            package=package,
            lock_timeout=30,
            wait=30,
            on_event=lambda event: told.append(event.text),
        )
        # PostgreSQL has looked for a deadlock from the runner's side: the next look is the client's
        while _waited(observer, "b") < 1.2:
            assert not running.done(), running.exception()
        client.execute("INSERT INTO a VALUES (1)")  # which waits for the runner, and it for b
        client.commit()
        assert actions(running.result()) == [("tables/030_more", "apply")]
    assert any("tried again" in text for text in told)
    assert query(tables, "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)") == [(1, 1)]


def test_a_recurring_file_keeps_to_the_lock_timeout_and_is_tried_again(
    tables: str, make_package: Make, reader: psycopg.Connection
) -> None:
    def release(event: Event) -> None:
        if "tried again" in event.text:
            reader.rollback()

    recurring = {"partitions/a.sql": "ALTER TABLE a ALTER COLUMN i SET DEFAULT 1;"}
    package = make_package(TABLES | recurring)
    result = migrate(tables, package=package, lock_timeout=0.1, on_event=release)
    assert actions(result) == [("partitions/a", "run")]


def test_settings_of_the_role_do_not_break_a_run(tables: str, make_package: Make) -> None:
    name = query(tables, "SELECT 'role_' || current_database()")[0][0]
    execute(tables, f"CREATE ROLE {name} SUPERUSER LOGIN PASSWORD 'x'")
    try:
        settings = ["statement_timeout = '250ms'", "lock_timeout = '1ms'"]
        settings += [
            "idle_in_transaction_session_timeout = '10ms'",
        ]
        settings += ["quote_all_identifiers = on", "client_min_messages = error"]
        if int(query(tables, "SHOW server_version_num")[0][0]) >= 170000:
            settings.append("transaction_timeout = '250ms'")
        for setting in settings:
            execute(tables, f"ALTER ROLE {name} SET {setting}")
        as_role = make_conninfo(tables, user=name, password="x")  # noqa: S106
        slow = {
            "tables/030_c.sql": "CREATE TABLE c (i int); SELECT pg_sleep(0.3);",
            "functions/f.sql": "CREATE OR REPLACE FUNCTION f() RETURNS int RETURN 1;",
        }
        migrate(as_role, package=make_package(TABLES | slow))
        rows = query(tables, "SELECT objects FROM lms_schema_migration WHERE migration_id ~ 'c$'")
        assert rows == [(["TABLE c"],)]
    finally:
        execute(
            tables,
            f"REASSIGN OWNED BY {name} TO CURRENT_USER",
            f"DROP OWNED BY {name}",
            f"DROP ROLE {name}",
        )


def test_the_session_of_a_runner_that_died_ends_soon(tables: str) -> None:
    with sessions.session(tables) as session:
        row = session.connection.execute("SHOW client_connection_check_interval").fetchone()
    assert row == ("1s",)


def test_a_drop_that_gets_no_lock_names_who_holds_it_and_drops_nothing(
    empty_database: str, make_package: Make
) -> None:
    migrate(
        empty_database, schema="lms", package=make_package({"tables/a.sql": "CREATE TABLE a()"})
    )
    with psycopg.connect(empty_database, application_name="night job") as holder:
        holder.execute("SELECT FROM lms.a")
        named = rf"session {holder.info.backend_pid} \(night job"
        with pytest.raises(LockNotObtained, match=named) as caught:
            drop(empty_database, schema="lms", lock_timeout=1)
    assert caught.value.exit_code == 6
    assert query(empty_database, "SELECT to_regclass('lms.a')::text") == [("lms.a",)]
    assert "TABLE a" in drop(empty_database, schema="lms").dropped
