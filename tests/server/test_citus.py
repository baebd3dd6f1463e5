"""On Citus: missing settings are named, messages hold one statement, sums need one snapshot.

The databases here only look like one of Citus in the catalog, which is all that the package asks.
"""

from __future__ import annotations

import re

import psycopg
import pytest

from lms_schema import UsageError, maintain, migrate, plan, verify
from lms_schema.server import search_path, sessions
from lms_schema.source.statements import SyntaxProblem, split
from support.runner import Make, execute, query

TABLE = {"tables/010_a.sql": "CREATE TABLE a (i int);"}
NAMED = r"(?s)nothing was changed.*ALTER DATABASE \"\w+\" SET citus\.enable_unsafe_triggers = on;\n"


def pretend(conninfo: str, *schemas: str, version: str = "13.2-1") -> None:
    """Let a database look as if it had Citus, which keeps these schemas on workers."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET allow_system_table_mods = on")
        connection.execute(
            "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable,"
            " extversion) VALUES (99999, 'citus', 10, 'pg_catalog'::regnamespace, FALSE, %s)",
            (version,),
        )
        connection.execute("CREATE TABLE pg_catalog.pg_dist_schema (schemaid oid)")
        for schema in schemas:
            connection.execute(f"CREATE SCHEMA {schema}".encode())
            connection.execute(
                "INSERT INTO pg_catalog.pg_dist_schema VALUES (%s::regnamespace)", (schema,)
            )


def _is_one(message: str) -> bool:
    try:
        return len(split(message)) == 1
    except SyntaxProblem:  # it begins a transaction, too
        return False


def test_missing_settings_are_named_and_nothing_is_changed(
    empty_database: str, make_package: Make
) -> None:
    pretend(empty_database, "tenant")
    package = make_package(TABLE)
    with pytest.raises(UsageError, match=NAMED) as caught:
        plan(empty_database, schema="tenant", package=package)
    with pytest.raises(UsageError, match=NAMED):
        migrate(empty_database, schema="tenant", package=package)
    assert caught.value.exit_code == 2
    assert query(empty_database, "SELECT to_regclass('tenant.lms_schema_log')") == [(None,)]
    for statement in re.findall(r"ALTER DATABASE[^;]*", str(caught.value)):
        execute(empty_database, statement)
    assert migrate(empty_database, schema="tenant", package=package).actions


def test_a_setting_that_is_lost_later_is_a_difference_with_what_mends_it(database: str) -> None:
    pretend(database)
    execute(
        database,
        "SET allow_system_table_mods = on",
        "INSERT INTO pg_catalog.pg_dist_schema VALUES ('public'::regnamespace)",
    )
    result = verify(database, schema="public")
    assert result.exit_code == 4
    assert {(item.kind, item.name, item.problem) for item in result.differences} == {
        ("setting", "citus.enable_unsafe_triggers", "missing"),
        ("setting", "citus.allow_nested_distributed_execution", "missing"),
    }
    for item in result.differences:
        execute(database, item.expected or "")
    assert verify(database, schema="public").exit_code == 0


def test_a_schema_that_citus_will_keep_as_soon_as_it_is_made_needs_the_settings(
    empty_database: str, make_package: Make
) -> None:
    pretend(empty_database)
    name = query(empty_database, "SELECT current_database()")[0][0]
    package = make_package(TABLE)
    assert migrate(empty_database, schema="local", package=package).actions
    execute(empty_database, f"ALTER DATABASE {name} SET citus.enable_schema_based_sharding = on")
    with pytest.raises(UsageError, match=NAMED):
        migrate(empty_database, schema="tenant", package=package)
    assert query(empty_database, "SELECT to_regnamespace('tenant')") == [(None,)]
    # one that is there, and is not kept on a worker, is like any other
    assert migrate(empty_database, schema="local", package=package).actions == ()


def test_a_version_that_loses_rows_is_refused(empty_database: str, make_package: Make) -> None:
    pretend(empty_database, "tenant", version="12.1-1")
    with pytest.raises(UsageError, match="The database has Citus 12; this release knows 13 and"):
        migrate(empty_database, schema="tenant", package=make_package(TABLE))


@pytest.mark.slow
@pytest.mark.parametrize("is_citus", [False, True])
def test_a_message_holds_one_statement_where_citus_is(
    empty_database: str, *, is_citus: bool
) -> None:
    """And workers are told the path of files. Without Citus files go whole: the control."""
    if is_citus:
        pretend(empty_database)
    execute(
        empty_database,
        "CREATE TABLE public.message (text text, told text)",
        """
        CREATE FUNCTION public.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO public.message VALUES (
                left(current_query(), 99999), -- else a gigabyte where files go whole
                current_setting('citus.propagate_set_commands', TRUE)
            );
        END
        $$
        """,
        "CREATE EVENT TRIGGER noted ON ddl_command_end EXECUTE FUNCTION public.note()",
    )
    migrate(empty_database, schema="lms")
    execute(empty_database, "DROP TABLE lms.learning_interactions_history")
    assert maintain(empty_database, schema="lms").exit_code == 0
    messages = query(empty_database, "SELECT DISTINCT text, coalesce(told, '') FROM public.message")
    assert {_is_one(text) for text, _ in messages} == {True, is_citus}
    of_files = {told for text, told in messages if text.startswith("COMMENT ON FUNCTION")}
    assert of_files == ({"local"} if is_citus else set())


def test_a_path_that_is_opened_in_a_transaction_ends_with_it(empty_database: str) -> None:
    """SET LOCAL, which alone Citus passes on to its workers."""
    with sessions.session(empty_database) as session:
        connection = session.connection
        connection.execute("BEGIN")
        with search_path.opened(connection, "lms"):
            assert connection.execute("SHOW search_path").fetchall() == [("lms, pg_temp",)]
            connection.execute("COMMIT")
            assert connection.execute("SHOW search_path").fetchall() == [("pg_catalog",)]


def test_sums_are_counted_in_one_snapshot_where_citus_is(database: str) -> None:
    pretend(database)
    calls = ("SELECT rebuild_learning_analytics()", "SELECT * FROM check_learning_analytics()")
    with psycopg.connect(database, autocommit=True) as connection:
        for call in calls:
            with pytest.raises(psycopg.errors.InvalidTransactionState, match="REPEATABLE READ"):
                connection.execute(call)
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            connection.execute(call)
            connection.execute("COMMIT")


def test_maintain_counts_anew_after_a_truncate_where_citus_is(database: str) -> None:
    pretend(database)
    execute(database, "TRUNCATE learning_sessions")
    with pytest.raises(psycopg.errors.InvalidTransactionState):
        execute(database, "SELECT refresh_learning_analytics()")
    assert maintain(database, schema="public").exit_code == 0
    assert query(database, "SELECT count(*) FROM analytics_rebuild_request") == [(0,)]
