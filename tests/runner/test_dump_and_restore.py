"""pg_dump and restore keep all there is, with changes that the analytics have not seen yet."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import lms_schema
from lms_schema.records.ledger import TABLES
from support.clusters import program
from support.rows import Connection, add, column, read, scalar
from support.runner import execute

pytestmark = pytest.mark.slow

Restore = Callable[[str, str, Path], None]


def plain(source: str, target: str, file: Path) -> None:
    program("pg_dump", "--dbname", source, "--schema", "lms", "--file", file)
    program("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", file)


def custom(source: str, target: str, file: Path) -> None:
    program("pg_dump", "--dbname", source, "--schema", "lms", "--format", "custom", "--file", file)
    program("pg_restore", "--dbname", target, "--single-transaction", "--exit-on-error", file)


@pytest.fixture
def source(new_database: Callable[[], str]) -> str:
    """A schema with refreshed analytics, expired events, and changes since."""
    conninfo = new_database()
    lms_schema.migrate(conninfo, schema="lms")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET search_path = lms")
        connection.execute("UPDATE access_settings SET identity_source = 'jwt_claims'")
        scalar(connection, "SELECT ensure_interaction_partitions(p_from => '2024-03-01')")
        for month in (3, 4, 9):
            learner = add(connection, "learners", email=f"ÉDITH{month}@example.com")
            event = add(
                connection,
                "learning_interactions",
                learner_id=learner["id"],
                timestamp=datetime(2024, month, 5, tzinfo=UTC),
                learning_effectiveness=0.5,
            )
            add(
                connection,
                "course_enrollments",
                learner_id=event["learner_id"],
                course_id=event["course_id"],
            )
        scalar(
            connection,
            "SELECT sum(rebuild_section_progress(id)) FROM educational_courses",
        )
        lms_schema.maintain(conninfo, schema="lms")
        connection.execute("SELECT drop_expired_data(now() - timestamptz '2024-05-01Z')")
        connection.execute("SELECT ensure_interaction_partitions()")
        connection.execute(
            "SELECT record_interaction(learner_id, section_id, 'reflection')"
            " FROM learning_interactions"
        )
    return conninfo


def contents(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table of the schema."""
    relations = column(
        connection,
        "SELECT oid::regclass::text FROM pg_class"
        " WHERE relnamespace = 'lms'::regnamespace AND relkind IN ('r', 'p')",
    )
    return {name: sorted(map(repr, read(connection, name))) for name in relations}


@pytest.fixture
def of_locale_c(server: str, empty_database: str) -> str:
    """An empty database in which letters beyond ASCII have no case, and sort by their code."""
    name = conninfo_to_dict(empty_database)["dbname"]
    execute(
        server,
        f"DROP DATABASE {name}",
        f"CREATE DATABASE {name} TEMPLATE template0 LOCALE 'C'",
    )
    return empty_database


@pytest.mark.parametrize(
    ("restore", "database"),
    [(plain, "empty_database"), (custom, "empty_database"), (custom, "of_locale_c")],
)
def test_what_was_restored_is_what_was_dumped(
    source: str, tmp_path: Path, request: pytest.FixtureRequest, restore: Restore, database: str
) -> None:
    empty_database: str = request.getfixturevalue(database)
    restore(source, empty_database, tmp_path / "dump")
    with (
        psycopg.connect(source, autocommit=True) as before,
        psycopg.connect(empty_database, autocommit=True) as after,
    ):
        for connection in (before, after):
            connection.execute("SET search_path = pg_catalog")
        expected = contents(before)
        assert expected["lms.learning_interactions_delta"] != []
        assert expected["lms.expired_interaction_totals"] != []
        assert contents(after) == expected

        assert lms_schema.status(empty_database, schema="lms").exit_code == 0
        assert lms_schema.migrate(empty_database, schema="lms").actions == ()
        assert lms_schema.verify(empty_database, schema="lms").differences == ()
        for connection in (before, after):
            connection.execute("SET search_path = lms")
            for function in ("check_derived_columns", "check_learning_analytics"):
                assert column(connection, f"SELECT d::text FROM {function}() AS d") == []
            scalar(connection, "SELECT refresh_learning_analytics()::text")
            assert column(connection, "SELECT d::text FROM check_learning_analytics() AS d") == []
        views = ("learning_analytics_dashboard", "learner_progress_analytics")
        for view in views:
            rows = [
                [
                    {name: value for name, value in row.items() if name != "last_updated"}
                    for row in sorted(read(connection, view), key=repr)
                ]
                for connection in (before, after)
            ]
            assert rows[0] == rows[1] != []
        # and it goes on working
        with pytest.raises(psycopg.errors.UniqueViolation):
            add(after, "learners", email="édith3@example.com")
        events = scalar(after, "SELECT count(*) FROM learning_interactions")
        after.execute(
            "SELECT record_interaction(learner_id, section_id, 'reflection')"
            " FROM learning_interactions"
        )
        assert scalar(after, "SELECT count(*) FROM learning_interactions") == 2 * events
        assert column(after, "SELECT d::text FROM check_derived_columns() AS d") == []


def test_rows_alone_fit_into_a_fresh_schema(
    source: str, empty_database: str, tmp_path: Path
) -> None:
    file = tmp_path / "dump"
    program(
        "pg_dump",
        *("--dbname", source, "--schema", "lms", "--format", "custom", "--file", file),
        "--data-only",
    )
    lms_schema.migrate(empty_database, schema="lms")
    with psycopg.connect(source) as before, psycopg.connect(empty_database) as after:
        before.execute("SET search_path = lms")
        after.execute("SET search_path = lms")
        own = {name for name, rows in contents(after).items() if rows}
        assert own == {*TABLES, "access_settings"}
        scalar(after, "SELECT ensure_interaction_partitions(p_from => '2024-05-01')")
        after.commit()
        program(
            "pg_restore",
            *("--dbname", empty_database, "--single-transaction", "--exit-on-error", file),
            *("--data-only", "--disable-triggers"),
        )
        expected = contents(before)
        restored = contents(after)
        for name in own:
            assert restored.pop(name) != expected.pop(name)
        assert restored == expected
        claims = json.dumps({"sub": str(uuid.uuid4())})
        scalar(after, "SELECT set_config('request.jwt.claims', %s, FALSE)", claims)
        assert scalar(after, "SELECT session_person()::text") in claims  # as in the dump
        assert column(after, "SELECT d::text FROM check_derived_columns() AS d") == []
        scalar(after, "SELECT refresh_learning_analytics()::text")
        assert column(after, "SELECT d::text FROM check_learning_analytics() AS d") == []
    assert lms_schema.migrate(empty_database, schema="lms").actions == ()
    assert lms_schema.verify(empty_database, schema="lms").differences == ()
