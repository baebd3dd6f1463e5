"""Whoever writes while a learner is erased is told so, or done before: no deadlock, no row left."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any, LiteralString

import psycopg
import pytest

from support.race import connections, waiting
from support.rows import Connection, add, column, read, scalar

ERASE: LiteralString = "SELECT erase_learner(%s)"
RECORD: LiteralString = "SELECT record_interaction(%s, %s, 'practice_activity', '{}', 30)"
PROGRESS: LiteralString = (
    "UPDATE section_progress SET completion_percentage = 50 WHERE learner_id = %s"
)
LEFT = """
    SELECT 'an event' FROM erasures AS e JOIN learning_interactions AS i USING (learner_id)
    UNION ALL SELECT 'progress' FROM erasures AS e JOIN section_progress AS p USING (learner_id)
    UNION ALL SELECT 'a course' FROM erasures AS e JOIN course_enrollments AS n USING (learner_id)
    UNION ALL SELECT 'a session' FROM erasures AS e JOIN learning_sessions AS s USING (learner_id)
    UNION ALL SELECT 'a login' FROM erasures AS e JOIN access_sessions AS s
    ON e.learner_id = s.person_id
    UNION ALL SELECT c::text FROM check_derived_columns() AS c
    UNION ALL SELECT c::text FROM check_learning_analytics() AS c
"""


@pytest.fixture
def event(connection: Connection) -> dict[str, Any]:
    """An event of an enrolled learner."""
    stored = add(connection, "learning_interactions")
    who = {"learner_id": stored["learner_id"], "course_id": stored["course_id"]}
    add(connection, "course_enrollments", **who)
    scalar(connection, "SELECT rebuild_section_progress(%s)", stored["course_id"])
    add(connection, "learning_sessions", **who)
    scalar(connection, "SELECT recalculate_course_metrics()")
    return stored


@contextmanager
def stepping_back(database: str, eraser: Connection, learner: uuid.UUID) -> Iterator[Future[Any]]:
    """Erase a learner, and go on once somebody was in the way."""
    with (
        psycopg.connect(database, autocommit=True) as observer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        future = pool.submit(scalar, eraser, ERASE, learner)
        sleeps = "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s"
        while not scalar(observer, sleeps, eraser.info.backend_pid):
            assert not future.done(), future.exception() or future.result()
        yield future


def test_who_writes_in_any_order_of_tables_is_never_cancelled(
    connection: Connection, database: str, event: dict[str, Any]
) -> None:
    who, section = event["learner_id"], event["section_id"]
    with connections(database, 2) as (writer, eraser):
        writer.execute(PROGRESS, (who,))
        with stepping_back(database, eraser, who) as proof:
            # needs the learner, whom an eraser that waits for the progress would hold
            writer.execute(RECORD, (who, section))
            writer.commit()
            assert proof.result()["erased_rows"]["learning_interactions"] == 2
        eraser.commit()
    assert column(connection, LEFT) == []


def test_a_hold_that_is_just_placed_counts(
    connection: Connection, database: str, event: dict[str, Any]
) -> None:
    with connections(database, 2) as (writer, eraser):
        add(writer, "legal_holds", learner_id=event["learner_id"])
        with stepping_back(database, eraser, event["learner_id"]) as proof:
            writer.commit()
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="under legal"):
                proof.result()
    assert len(read(connection, "learners")) == 1


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (
            "INSERT INTO learning_interactions (learner_id, interaction_type, interaction_data)"
            " VALUES (%s, 'navigation', '{}')",
            psycopg.errors.ForeignKeyViolation,
        ),
        (
            "INSERT INTO legal_holds (learner_id, reason) VALUES (%s, 'Case')",
            psycopg.errors.ForeignKeyViolation,
        ),
        (f"SELECT open_session('{'t' * 32}', %s)", psycopg.errors.NoDataFound),
        (ERASE, psycopg.errors.NoDataFound),
    ],
    ids=["event", "hold", "session", "erasure"],
)
def test_who_comes_later_waits_and_is_told(
    connection: Connection, database: str, event: dict[str, Any], statement: str, error: type
) -> None:
    who = event["learner_id"]
    with connections(database, 2) as (writer, eraser):
        scalar(eraser, ERASE, who)
        with waiting(
            database, writer, lambda: writer.execute(statement.encode(), (who,)), eraser
        ) as told:
            eraser.commit()
            with pytest.raises(error):
                told.result()
    assert column(connection, LEFT) == []


def test_a_change_that_comes_later_finds_no_row(
    connection: Connection, database: str, event: dict[str, Any]
) -> None:
    with connections(database, 2) as (writer, eraser):
        scalar(eraser, ERASE, event["learner_id"])
        with waiting(
            database, writer, lambda: writer.execute(PROGRESS, (event["learner_id"],)), eraser
        ) as change:
            eraser.commit()
            assert change.result().rowcount == 0
        writer.commit()
    assert column(connection, LEFT) == []


@pytest.mark.parametrize("first", range(3))
def test_a_writer_who_does_not_pause_is_done_or_told(
    connection: Connection, database: str, event: dict[str, Any], first: int
) -> None:
    who, section, course = event["learner_id"], event["section_id"], event["course_id"]
    statements: list[tuple[LiteralString, tuple[Any, ...]]] = [
        (RECORD, (who, section)),
        (PROGRESS, (who,)),
        (
            "INSERT INTO learning_sessions (learner_id, course_id, session_start)"
            " VALUES (%s, %s, now())",
            (who, course),
        ),
    ]
    started, ended = Event(), Event()

    def write() -> str:
        with psycopg.connect(database) as writer:
            while not ended.is_set():
                try:
                    for statement in (*statements[first:], *statements[:first]):
                        writer.execute(*statement)
                    writer.commit()
                except psycopg.errors.ForeignKeyViolation:
                    return "told"
                started.set()
        return "not told"

    with ThreadPoolExecutor(max_workers=1) as pool:
        told = pool.submit(write)
        try:
            started.wait()
            proof = scalar(connection, ERASE, who)
            assert told.result() == "told"
        finally:
            ended.set()
    assert proof["erased_rows"]["learning_interactions"] > 1
    assert column(connection, LEFT) == []


def test_others_who_hold_records_for_long_are_not_waited_for(
    connection: Connection, database: str, event: dict[str, Any]
) -> None:
    with connections(database, 1) as (writer,):
        writer.execute(PROGRESS, (event["learner_id"],))
        with pytest.raises(psycopg.errors.LockNotAvailable, match="others are writing") as told:
            scalar(connection, ERASE, event["learner_id"])
        assert told.value.diag.message_hint == "Try again: nothing was changed."
    scalar(connection, ERASE, event["learner_id"])
