"""drop removes the package's objects, nothing of others, and all or nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

import lms_schema
from lms_schema.catalog.catalog import read_catalog
from lms_schema.errors import DatabaseError, LockNotObtained, UsageError
from lms_schema.operations.drop import drop
from lms_schema.server import advisory_lock
from lms_schema.source import package as packages

Connection = psycopg.Connection[tuple[Any, ...]]


def relations(connection: Connection, schema: str = "public") -> set[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace(%s)"
        " UNION ALL SELECT typname FROM pg_type WHERE typnamespace = to_regnamespace(%s)",
        [schema] * 3,
    )
    return {row[0] for row in rows}


def test_drop_leaves_nothing_of_the_package(connection: Connection, database: str) -> None:
    result = drop(database, schema="public")
    assert relations(connection) == set()
    assert "TABLE learners" in result.dropped
    assert "MATERIALIZED VIEW learning_analytics_dashboard" in result.dropped
    assert "TYPE learning_style" in result.dropped
    assert "TABLE lms_schema_yoyo_version" in result.dropped


def test_migrate_after_drop_gives_the_same_catalog(connection: Connection, database: str) -> None:
    before = read_catalog(connection, "public")
    drop(database, schema="public")
    lms_schema.migrate(database, schema="public")
    assert read_catalog(connection, "public") == before


def test_objects_of_others_stay(connection: Connection, database: str) -> None:
    connection.execute(
        "CREATE TABLE others (a integer);"
        "CREATE FUNCTION others_function() RETURNS integer LANGUAGE sql RETURN 1;"
        "CREATE TYPE others_kind AS ENUM ('a')"
    )
    drop(database, schema="public")
    assert {"others", "others_function", "others_kind"} <= relations(connection)


def test_the_schema_itself_stays_with_its_grants(empty_database: str) -> None:
    schema = 'Weird "Schema"'
    query = "SELECT oid, nspowner, nspacl::text FROM pg_namespace WHERE nspname = %s"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "Weird ""Schema"""')
        connection.execute('GRANT USAGE ON SCHEMA "Weird ""Schema""" TO PUBLIC')
        before = connection.execute(query, [schema]).fetchall()
        lms_schema.migrate(empty_database, schema=schema)
        assert connection.execute(query, [schema]).fetchall() != before
        assert "TABLE lms_schema_yoyo_version" in drop(empty_database, schema=schema).dropped
        assert connection.execute(query, [schema]).fetchall() == before


@pytest.mark.parametrize(
    ("statement", "dependency"),
    [
        (
            "CREATE VIEW reports.v AS SELECT email FROM learners",
            "view reports.v depends on table learners",
        ),
        (
            "CREATE MATERIALIZED VIEW reports.v AS SELECT * FROM learning_analytics_dashboard",
            "materialized view reports.v depends on materialized view learning_analytics_dashboard",
        ),
        (
            "CREATE TABLE reports.t (learner_id uuid REFERENCES learners)",
            "constraint t_learner_id_fkey on table reports.t depends on table learners",
        ),
        (
            "CREATE TABLE reports.t (style learning_style)",
            "column style of table reports.t depends on type learning_style",
        ),
        (
            "CREATE FUNCTION reports.f(c uuid) RETURNS jsonb LANGUAGE sql"
            " RETURN calculate_course_effectiveness(c)",
            "function reports.f(uuid) depends on function calculate_course_effectiveness(uuid)",
        ),
        (
            "CREATE TABLE reports.t (a integer);"
            "CREATE TRIGGER t BEFORE UPDATE ON reports.t"
            " FOR EACH ROW EXECUTE FUNCTION set_updated_at()",
            "trigger t on table reports.t depends on function set_updated_at()",
        ),
        (
            "CREATE VIEW reports.v AS SELECT * FROM lms_schema_log",
            "view reports.v depends on table lms_schema_log",
        ),
    ],
)
def test_what_others_built_on_ours_is_listed_and_nothing_is_dropped(
    connection: Connection, database: str, statement: str, dependency: str
) -> None:
    connection.execute("CREATE SCHEMA reports")
    connection.execute(statement.encode())
    before = relations(connection)
    with pytest.raises(DatabaseError) as caught:
        drop(database, schema="public")
    assert f"\n    {dependency}\n" in str(caught.value)
    listed = [line for line in str(caught.value).splitlines() if " depends on " in line]
    assert all(" reports." in line.partition(" depends on ")[0] for line in listed)
    assert relations(connection) == before


def test_a_recorded_object_that_is_gone_is_no_obstacle(
    connection: Connection, database: str
) -> None:
    connection.execute("DROP MATERIALIZED VIEW learning_analytics_dashboard")
    result = drop(database, schema="public")
    assert "MATERIALIZED VIEW learning_analytics_dashboard" not in result.dropped
    assert relations(connection) == set()


def test_what_psql_installed_is_dropped_too(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("SET search_path = public, pg_temp")
        for file in packages.read().files:
            connection.execute(file.text.encode())
        connection.execute("CREATE TABLE others (a integer)")
        drop(empty_database, schema="public")
        assert relations(connection) == {"others", "_others"}


def test_a_table_of_others_with_the_name_of_ours_is_never_dropped(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE learners (name text)")
        with pytest.raises(DatabaseError, match="no record of a migrate"):
            drop(empty_database, schema="public")
        assert relations(connection) == {"learners", "_learners"} | {
            name for name in relations(connection) if name.startswith("pg_toast")
        }


def test_nothing_to_drop_is_no_error(empty_database: str) -> None:
    assert drop(empty_database, schema="public").dropped == ()


def test_a_schema_that_does_not_exist_is_an_error(empty_database: str) -> None:
    with pytest.raises(UsageError, match='no schema "nowhere"'):
        drop(empty_database, schema="nowhere")


def test_drop_waits_for_no_runner_longer_than_asked(connection: Connection, database: str) -> None:
    connection.execute(
        "SELECT pg_advisory_lock(%s)", [advisory_lock.key(connection.info.dbname, "public")]
    )
    with pytest.raises(LockNotObtained):
        drop(database, schema="public", wait=0)
    assert "learners" in relations(connection)


def test_an_object_in_use_is_told_and_nothing_is_dropped(
    connection: Connection, database: str
) -> None:
    with connection.transaction():
        connection.execute("SELECT FROM learners")
        with pytest.raises(LockNotObtained, match="nothing was dropped"):
            drop(database, schema="public", lock_timeout=0.01)
    assert "section_progress" in relations(connection)
