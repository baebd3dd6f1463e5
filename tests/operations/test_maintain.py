"""maintain: each step done in short transactions, beside writers, and once at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema.cli import cli
from lms_schema.server import advisory_lock
from support.race import connections
from support.rows import Connection, add, column, read, scalar

MARCH = datetime(2024, 3, 1, tzinfo=UTC)
STEPS = ["metrics", "retention", "partitions", "seals", "analytics"]


def outcomes(result: lms_schema.MaintainResult) -> dict[str, tuple[str, int]]:
    return {step.step: (step.outcome, step.count) for step in result.steps}


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["maintain", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def event(connection: Connection) -> dict[str, Any]:
    """An event of March 2024, in a month of its own, of an enrolled learner."""
    scalar(connection, "SELECT ensure_interaction_partitions(p_from => '2024-03-01')")
    stored = add(connection, "learning_interactions", timestamp=MARCH)
    add(
        connection,
        "course_enrollments",
        learner_id=stored["learner_id"],
        course_id=stored["course_id"],
    )
    scalar(connection, "SELECT rebuild_section_progress(%s)", stored["course_id"])
    return stored


@pytest.mark.usefixtures("event")
def test_every_step_is_done_and_a_second_time_there_is_nothing_to_do(
    connection: Connection, database: str
) -> None:
    last = column(connection, "SELECT partition::text FROM interaction_partitions()")[-1]
    connection.execute(f"DROP TABLE {last}".encode())
    result = lms_schema.maintain(database, keep_interactions="12 months")
    months = len(column(connection, "SELECT partition FROM interaction_partitions()"))
    assert [step.step for step in result.steps] == STEPS
    assert [partition.interactions for partition in result.steps[1].dropped][:2] == [0, 1]
    assert outcomes(result)["retention"][1] == len(result.steps[1].dropped) > 12
    assert outcomes(result)["metrics"] == ("done", 2)  # the course and the enrollment
    assert outcomes(result)["partitions"] == ("done", 2)  # the last month, and all earlier events
    assert outcomes(result)["analytics"] == ("done", 2)
    assert result.exit_code == 0
    assert read(connection, "learning_interactions") == []
    assert column(connection, "SELECT interaction_count FROM section_progress") == [1]
    assert column(connection, "SELECT check_derived_columns()::text") == []
    assert lms_schema.verify(database).differences == ()
    again = lms_schema.maintain(database, keep_interactions="12 months")
    assert outcomes(again) == dict.fromkeys(STEPS, ("done", 0))
    assert len(column(connection, "SELECT partition FROM interaction_partitions()")) == months


@pytest.mark.usefixtures("event")
def test_events_are_kept_unless_a_retention_is_asked_for(
    connection: Connection, database: str
) -> None:
    result = lms_schema.maintain(database)
    assert "retention" not in outcomes(result)
    assert len(read(connection, "learning_interactions")) == 1


def test_while_one_is_at_work_a_second_one_does_nothing_and_says_so(
    connection: Connection, database: str
) -> None:
    with advisory_lock.tried(connection, "public", "maintain") as holder:
        assert holder is None
        result = lms_schema.maintain(database)
        code, output = run("--database", database)
        assert code == 0
        assert "is maintaining it; nothing to do" in output
    assert (result.steps, result.exit_code) == ((), 0)
    assert result.elsewhere is not None
    assert str(connection.info.backend_pid) in result.elsewhere
    assert read(connection, "analytics_refresh_log") == []
    assert lms_schema.maintain(database).elsewhere is None


def test_two_at_once_leave_a_schema_that_is_maintained(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: lms_schema.maintain(database), range(4)))
    assert {result.exit_code for result in results} == {0}
    assert any(result.steps for result in results)
    assert lms_schema.verify(database).differences == ()


def test_maintain_does_not_wait_for_a_migrate_nor_keep_one_waiting(
    connection: Connection, database: str
) -> None:
    with advisory_lock.held(connection, "public", wait=0, on_wait=lambda _text: None):
        assert lms_schema.maintain(database).exit_code == 0
    with advisory_lock.tried(connection, "public", "maintain"):
        assert lms_schema.migrate(database, wait=0).actions == ()


@pytest.mark.usefixtures("event")
def test_a_step_that_does_not_get_its_lock_is_reported_and_the_others_are_done(
    connection: Connection, database: str
) -> None:
    with connections(database, 1) as (reader,):
        reader.execute("SELECT FROM learning_interactions")
        result = lms_schema.maintain(
            database, keep_interactions="1 year", lock_timeout=0.01, wait=0
        )
        steps = outcomes(result)
        assert steps["retention"] == ("busy", 0)
        assert {steps[name][0] for name in STEPS if name != "retention"} == {"done"}
        assert result.exit_code == 6
        code, output = run(
            *("--database", database, "--keep-interactions", "1 year"),
            *("--lock-timeout", "10ms", "--wait", "0"),
        )
        assert (code, "55P03" in output) == (6, True)
    assert len(read(connection, "learning_interactions")) == 1
    assert lms_schema.maintain(database, keep_interactions="1 year").exit_code == 0
    assert read(connection, "learning_interactions") == []


@pytest.mark.usefixtures("event")
def test_it_tries_again_until_the_lock_is_free(connection: Connection, database: str) -> None:
    waits = Event()

    def tell(event: lms_schema.Event) -> None:
        if event.kind == "waiting":
            waits.set()

    with connections(database, 1) as (reader,), ThreadPoolExecutor(1) as pool:
        reader.execute("SELECT FROM learning_interactions")
        future = pool.submit(
            lms_schema.maintain,
            database,
            keep_interactions="1 year",
            lock_timeout=0.01,
            on_event=tell,
        )
        assert waits.wait(timeout=60)
        reader.rollback()
        assert future.result().exit_code == 0
    assert read(connection, "learning_interactions") == []


def test_a_month_is_made_while_a_long_transaction_writes_what_events_refer_to(
    connection: Connection, database: str
) -> None:
    """Making it waits and gives way; a writer that comes meanwhile waits for a lock timeout."""
    last = column(connection, "SELECT partition::text FROM interaction_partitions()")[-1]
    connection.execute(f"DROP TABLE {last}".encode())
    waits = Event()

    def tell(event: lms_schema.Event) -> None:
        if event.kind == "waiting":
            waits.set()

    with connections(database, 2) as (long, writer), ThreadPoolExecutor(1) as pool:
        add(long, "learners")
        future = pool.submit(lms_schema.maintain, database, lock_timeout=0.05, on_event=tell)
        assert waits.wait(timeout=60)
        for _ in range(20):  # each has its turn while the long one goes on
            add(writer, "learners")
            writer.commit()
        assert not future.done()
        long.rollback()
        assert outcomes(future.result())["partitions"] == ("done", 1)


def test_a_step_that_fails_does_not_keep_the_others_from_being_done(
    connection: Connection, database: str
) -> None:
    add(connection, "educational_courses")
    connection.execute(
        "CREATE OR REPLACE FUNCTION recalculate_course_metrics("
        "p_course_id uuid DEFAULT NULL, p_as_of timestamptz DEFAULT now()) RETURNS bigint"
        " LANGUAGE sql AS 'SELECT 1 / 0'"
    )
    result = lms_schema.maintain(database)
    steps = outcomes(result)
    assert (steps["metrics"][0], steps["analytics"][0]) == ("failed", "done")
    assert "division by zero" in (result.steps[0].error or "")
    assert result.exit_code == 1


def test_a_refresh_that_is_at_work_is_left_to_it(connection: Connection, database: str) -> None:
    with connection.transaction():
        scalar(connection, "SELECT refresh_learning_analytics()::text")
        assert outcomes(lms_schema.maintain(database))["analytics"] == ("elsewhere", 0)


def test_the_document_says_what_became_of_each_step(database: str) -> None:
    result = CliRunner().invoke(
        cli, ["maintain", "--database", database, "--keep-interactions", "2 years", "--json"]
    )
    document = json.loads(result.stdout)
    assert (result.exit_code, document["format"], document["command"]) == (0, 1, "maintain")
    assert (document["schema"], document["elsewhere"]) == ("public", None)
    assert [step["step"] for step in document["steps"]] == STEPS
    assert {step["outcome"] for step in document["steps"]} == {"done"}
    assert document["steps"][1]["dropped"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--keep-interactions", "a while"], 2, "a while"),
        (["--keep-interactions", "20 days"], 2, "at least 30 days"),
        (["--keep-interactions", "-1 year"], 2, "at least 30 days"),
        (["--lock-timeout", "soon"], 2, "soon"),
    ],
)
def test_what_cannot_be_a_retention_is_wrong_usage_and_nothing_is_done(
    connection: Connection, database: str, arguments: Sequence[str], code: int, message: str
) -> None:
    found, output = run("--database", database, *arguments)
    assert (found, message in output) == (code, True), output
    assert read(connection, "analytics_refresh_log") == []


def test_a_schema_that_is_not_installed_is_named(empty_database: str) -> None:
    code, output = run("--database", empty_database, "--schema", "lms")
    assert code == 1
    assert "lms-schema migrate --schema lms" in output


def test_the_owner_of_the_schema_needs_no_other_right(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        name = admin.info.dbname
        role = f"{name}_maintainer"  # roles are the server's, which other runs may share
        admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'maintain'".encode())
        try:
            admin.execute(f'GRANT CREATE ON DATABASE "{name}" TO {role}'.encode())
            owned = make_conninfo(database, user=role, password="maintain")  # noqa: S106
            lms_schema.migrate(owned, schema="lms")
            result = lms_schema.maintain(owned, schema="lms", keep_interactions="1 year")
            assert result.exit_code == 0, result
        finally:
            admin.execute(f"DROP OWNED BY {role} CASCADE".encode())
            admin.execute(f"DROP ROLE {role}".encode())


def test_of_several_schemas_each_is_maintained_whatever_becomes_of_the_others(
    connection: Connection, database: str
) -> None:
    lms_schema.migrate(database, schema="campus")
    connection.execute("CREATE SCHEMA empty")
    code, output = run(
        *("--database", database, "--jobs", "2", "--schema", "public"),
        *("--schemas-from", "VALUES ('empty'), ('campus')"),
    )
    assert code == 1
    assert 'Schema "empty" does not hold the schema of this release' in output
    assert "3 schemas" in output
    for schema in ("public", "campus"):
        refreshed = f"SELECT count(*) FROM {schema}.analytics_refresh_log"
        assert column(connection, refreshed) == [2], schema
