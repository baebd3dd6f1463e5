"""The SQL that docs/operations.md prints does what it says."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lms_schema.server.disposable import new_database
from support.rows import Connection, add, column, read, scalar

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
MARCH = datetime(2024, 3, 1, tzinfo=UTC)


def block(words: str) -> str:
    """The only SQL of the page that holds these words."""
    blocks: list[str] = [
        text
        for text in re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        if words in text
    ]
    (found,) = blocks
    return found


@pytest.fixture(scope="module")
def installed(lms_server: str, lms_template: str) -> Iterator[str]:
    """The conninfo of a database whose schema `lms` is the migrated one."""
    with new_database(lms_server, lms_template) as conninfo:
        yield conninfo


@pytest.fixture
def session(installed: str) -> Iterator[Connection]:
    """A connection whose search path is its own: statements of the page name the schema."""
    with psycopg.connect(installed) as opened:
        yield opened
        opened.rollback()


def test_the_commands_of_the_pg_cron_recipe_run(installed: str) -> None:
    with psycopg.connect(installed, autocommit=True) as connection:
        connection.execute(
            "CREATE SCHEMA cron;"
            "CREATE TABLE cron.job_run_details (end_time timestamptz);"
            "CREATE TABLE cron.job (name text, schedule text, command text);"
            "CREATE FUNCTION cron.schedule(text, text, text) RETURNS void LANGUAGE sql"
            " BEGIN ATOMIC INSERT INTO cron.job VALUES ($1, $2, $3); END"
        )
        connection.execute("SET search_path = lms")
        add(connection, "educational_courses")
        connection.execute("RESET search_path")
        connection.execute(block("cron.schedule").encode())
        jobs = connection.execute("SELECT name, command FROM cron.job").fetchall()
        assert [name for name, _ in jobs] == [
            "lms analytics",
            "lms course metrics",
            "lms retention",
            "lms months",
            "lms cron log",
        ]
        for _, command in jobs:
            connection.execute(command.encode())  # as one string, as pg_cron sends it
        assert read(connection, "lms.analytics_refresh_log") != []
        connection.execute("DELETE FROM lms.educational_courses; DROP SCHEMA cron CASCADE")


def test_the_import_recipe_stores_and_counts_each_event_once(session: Connection) -> None:
    session.execute("SET LOCAL search_path = lms")
    section = add(session, "learning_sections")
    learner = add(session, "learners")["id"]
    session.execute("SET LOCAL search_path = public")
    events = [
        (uuid.uuid4(), learner, section["id"], "discussion", '{"a": 1}', 60, MARCH + n * DAY)
        for n in range(40)
    ]
    for _ in range(2):
        bring_in(session, events)
        session.execute("DROP TABLE staged_interactions")
    assert len(column(session, "SELECT id FROM lms.learning_interactions")) == 40
    assert session.execute(
        "SELECT interaction_count, total_time_spent FROM lms.section_progress"
    ).fetchall() == [(40, 2400)]
    partition = "SELECT DISTINCT tableoid::regclass::text FROM lms.learning_interactions"
    assert sorted(column(session, partition)) == [
        "lms.learning_interactions_2024_03",
        "lms.learning_interactions_2024_04",
    ]
    assert scalar(session, "SELECT count(*) FROM lms.check_derived_columns()") == 0


def test_the_import_recipe_refuses_a_section_that_does_not_exist(session: Connection) -> None:
    session.execute("SET LOCAL search_path = lms")
    learner = add(session, "learners")["id"]
    with pytest.raises(psycopg.errors.CheckViolation, match="course_id_check"):
        bring_in(session, [(uuid.uuid4(), learner, uuid.uuid4(), "discussion", "{}", 60, MARCH)])


DAY = timedelta(days=1)


def bring_in(session: Connection, events: list[tuple[Any, ...]]) -> None:
    """Run the statements of the recipe, the file being these events."""
    file = io.StringIO()
    csv.writer(file).writerows(events)
    for statement in block("staged_interactions").strip().split(";\n"):
        if "COPY" in statement:
            with session.cursor().copy(statement.encode()) as copy:
                copy.write(file.getvalue())
        else:
            session.execute(statement.encode())
