"""Summaries and queues together are what the tables add up to, whatever is written and when."""

from __future__ import annotations

from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.analytics import REFRESH, AnalyticsHistory, unbalanced, wrong
from support.properties import examples
from support.race import connections
from support.rows import Connection, add, bypass_triggers, column, read, rolled_back, scalar
from support.world import INTERACTION_TYPES

QUEUES = (
    "course_enrollments_delta",
    "section_progress_delta",
    "assessment_attempts_delta",
    "learning_sessions_delta",
    "learning_interactions_delta",
)
SOURCES = [queue.removesuffix("_delta") for queue in QUEUES]


def queued(connection: Connection) -> int:
    return sum(len(read(connection, queue)) for queue in QUEUES)


@pytest.fixture
def filled(transaction: Connection) -> AnalyticsHistory:
    """A history that has written to every source, and been refreshed half-way."""
    history = AnalyticsHistory(transaction, Random(4))  # noqa: S311 (reproducible, not secret)
    transaction.execute("SELECT setseed(0.5)")
    history.run(60)
    transaction.execute(REFRESH)
    history.run(20)
    for _ in range(300):
        if all(read(transaction, name) for name in (*SOURCES, *QUEUES)):
            return history
        history.run(1)
    raise AssertionError("the history left a source empty")


@examples(15)
@given(seed=st.integers(0, 10**6))
def test_views_are_what_python_computes_after_any_history(
    transaction: Connection, seed: int
) -> None:
    with rolled_back(transaction):
        transaction.execute("SELECT setseed(%s)", (seed / 10**6,))
        history = AnalyticsHistory(transaction, Random(seed))  # noqa: S311
        for _ in range(4):
            history.run(12)
            assert unbalanced(transaction) == []
            transaction.execute(REFRESH)
            assert queued(transaction) == 0
            assert wrong(transaction) == []
            assert unbalanced(transaction) == []


def test_a_rebuild_changes_nothing_of_what_is_right(filled: AnalyticsHistory) -> None:
    connection = filled.connection
    connection.execute(REFRESH)
    views = ("learning_analytics_dashboard", "learner_progress_analytics")
    summaries = ("course_summary", "learner_summary", "learner_course_summary")
    connection.execute("UPDATE learner_summary SET changed_at = 'epoch'")
    connection.execute("UPDATE course_summary SET changed_at = 'epoch'")
    for view in views:
        connection.execute(f"REFRESH MATERIALIZED VIEW {view}".encode())
    before = [
        sorted(read(connection, name), key=lambda row: str(list(row.values())[:2]))
        for name in (*views, *summaries)
    ]
    connection.execute("SELECT rebuild_learning_analytics()")
    after = [
        sorted(read(connection, name), key=lambda row: str(list(row.values())[:2]))
        for name in (*views, *summaries)
    ]
    assert before == after
    assert queued(connection) == 0


def test_a_rebuild_takes_what_is_queued_along(filled: AnalyticsHistory) -> None:
    assert queued(filled.connection) > 0
    filled.connection.execute("SELECT rebuild_learning_analytics()")
    assert wrong(filled.connection) == unbalanced(filled.connection) == []
    assert queued(filled.connection) == 0


@pytest.mark.parametrize("source", SOURCES)
def test_a_truncate_is_followed(filled: AnalyticsHistory, source: str) -> None:
    connection = filled.connection
    connection.execute(f"TRUNCATE {source} CASCADE".encode())
    filled.run(10)
    connection.execute(REFRESH)
    assert wrong(connection) == unbalanced(connection) == []
    assert read(connection, "analytics_rebuild_request") == []


def test_a_truncate_of_learners_takes_everything_along(filled: AnalyticsHistory) -> None:
    filled.connection.execute("TRUNCATE learners CASCADE")
    filled.connection.execute(REFRESH)
    assert wrong(filled.connection) == unbalanced(filled.connection) == []
    for name in ("learner_summary", "learner_course_summary", "learner_assessment_summary"):
        assert read(filled.connection, name) == [], name


def test_nothing_is_left_of_an_erased_learner(filled: AnalyticsHistory) -> None:
    connection = filled.connection
    for learner in filled.learners:
        connection.execute("DELETE FROM learners WHERE id = %s", (learner,))
    connection.execute(REFRESH)
    assert wrong(connection) == unbalanced(connection) == []
    for name in ("learner_summary", "learner_course_summary", "learner_assessment_summary"):
        assert read(connection, name) == [], name
    assert queued(connection) == 0


def test_nothing_is_left_of_a_deleted_course(filled: AnalyticsHistory) -> None:
    connection = filled.connection
    connection.execute("DELETE FROM educational_courses")
    connection.execute(REFRESH)
    assert wrong(connection) == unbalanced(connection) == []
    for name in ("course_summary", "learner_course_summary", "learner_assessment_summary"):
        assert read(connection, name) == [], name


UNSEEN = {
    "course_enrollments": "UPDATE course_enrollments SET engagement_score = 0.11",
    "section_progress": "UPDATE section_progress SET interaction_count = interaction_count + 1",
    "assessment_attempts": "DELETE FROM assessment_attempts",
    "learning_sessions": "UPDATE learning_sessions SET focus_score = 0.11",
    "learning_interactions": "DELETE FROM learning_interactions",
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("refreshed", [True, False])
def test_what_triggers_did_not_see_is_found_by_the_check_and_mended_by_a_rebuild(
    filled: AnalyticsHistory, source: str, refreshed: bool
) -> None:
    connection = filled.connection
    if refreshed:
        connection.execute(REFRESH)
    bypass_triggers(connection, UNSEEN[source])
    # what is queued will be counted anew whatever it was
    if refreshed or source != "assessment_attempts":
        assert unbalanced(connection) != []
    connection.execute("SELECT rebuild_learning_analytics()")
    assert unbalanced(connection) == wrong(connection) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE course_summary SET time_sum = time_sum + 1", "course_summary"),
        ("UPDATE learner_summary SET reflection = reflection + 1", "learner_summary"),
        ("UPDATE learner_summary SET best_sum = best_sum + 1", "learner_summary"),
        ("UPDATE learner_course_summary SET attempts = 99", "learner_course_summary"),
        ("UPDATE learner_assessment_summary SET best = 1", "learner_assessment_summary"),
        ("UPDATE learner_day_summary SET seconds_sum = 7", "learner_day_summary"),
        ("DELETE FROM learner_day_summary", "learner_day_summary"),
        ("DELETE FROM learner_assessment_summary", "learner_assessment_summary"),
        ("DELETE FROM learner_summary", "learner_progress_analytics"),
        ("UPDATE course_summary SET course_title = 'x'", "learning_analytics_dashboard"),
        (
            "ALTER TABLE learning_sessions DISABLE TRIGGER learning_sessions_delta_update",
            "learning_sessions",
        ),
        (
            "DROP TRIGGER learning_interactions_delta_delete ON learning_interactions_history",
            "learning_interactions_history",
        ),
    ],
)
def test_the_check_finds_what_was_tampered_with(
    filled: AnalyticsHistory, tampering: str, found: str
) -> None:
    connection = filled.connection
    connection.execute(REFRESH)
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.execute(tampering.encode())
    names = column(connection, "SELECT checked::text FROM check_learning_analytics()")
    assert found in names


def test_each_type_of_interaction_has_a_count_and_a_place_in_its_order(
    transaction: Connection,
) -> None:
    labels = column(transaction, "SELECT unnest(enum_range(NULL::interaction_type))::text")
    counts = column(
        transaction,
        "SELECT attname::text FROM pg_attribute WHERE attrelid = 'learner_summary'::regclass"
        " AND attname = ANY(%s) ORDER BY attnum",
        labels,
    )
    assert labels == counts == list(INTERACTION_TYPES)
    learner = add(transaction, "learners")["id"]
    section = add(transaction, "learning_sections")["id"]
    for label in reversed(labels):
        add(
            transaction,
            "learning_interactions",
            learner_id=learner,
            section_id=section,
            interaction_type=label,
        )
        transaction.execute(REFRESH)
        (row,) = read(transaction, "learner_progress_analytics")
        assert row["preferred_interaction_type"] == label


def test_what_commits_during_a_refresh_is_in_the_next(
    connection: Connection, database: str
) -> None:
    progress = add(connection, "section_progress", comprehension_score=1)
    enrolled = {"learner_id": progress["learner_id"], "course_id": progress["course_id"]}
    with connections(database, 3) as (long, refreshing, late):
        # it began before the refresh, and ends after it
        add(long, "course_enrollments", **enrolled, total_time_spent=0)
        add(long, "learning_sessions", **enrolled, duration_minutes=10)
        refreshing.execute(REFRESH)
        add(late, "learning_sessions", **enrolled, duration_minutes=30)
        late.commit()
        assert unbalanced(connection) == []
        refreshing.commit()
        assert unbalanced(connection) == []
        (row,) = read(connection, "learner_progress_analytics")
        assert row["total_learning_sessions"] == row["courses_enrolled"] == 0
        long.commit()
        assert unbalanced(connection) == []
        connection.execute(REFRESH)
        assert wrong(connection) == unbalanced(connection) == []
        (row,) = read(connection, "learner_progress_analytics")
        assert row["total_learning_sessions"] == 2


def test_a_refresh_that_fails_loses_nothing(connection: Connection) -> None:
    history = AnalyticsHistory(connection, Random(7))  # noqa: S311
    history.run(40)
    connection.execute("REFRESH MATERIALIZED VIEW learner_progress_analytics")
    before = {queue: read(connection, queue) for queue in QUEUES}
    definition = scalar(
        connection,
        "SELECT pg_get_indexdef('idx_learner_progress_analytics_learner'::regclass)",
    )
    connection.execute("DROP INDEX idx_learner_progress_analytics_learner")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        connection.execute(REFRESH)
    assert {queue: read(connection, queue) for queue in QUEUES} == before
    connection.execute(definition.encode())
    connection.execute(REFRESH)
    assert wrong(connection) == unbalanced(connection) == []


def test_repeatable_read_gives_all_sources_as_of_one_instant(
    connection: Connection, database: str
) -> None:
    enrollment = add(connection, "course_enrollments")
    own = {name: enrollment[name] for name in ("learner_id", "course_id")}
    add(connection, "learning_sessions", **own)
    with connections(database, 2) as (refreshing, faster):
        refreshing.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        refreshing.execute("SELECT 1")
        add(connection, "learning_sessions", **own)
        refreshing.execute(REFRESH)
        refreshing.commit()
        (row,) = read(connection, "learner_progress_analytics")
        assert row["total_learning_sessions"] == 1
        refreshing.execute("SELECT 1")
        faster.execute(REFRESH)
        faster.commit()
        with pytest.raises(psycopg.errors.SerializationFailure):
            refreshing.execute(REFRESH)
        refreshing.rollback()
    assert unbalanced(connection) == wrong(connection) == []


@pytest.mark.parametrize("source", SOURCES)
def test_a_writer_needs_no_right_on_queues_and_has_none(
    filled: AnalyticsHistory, source: str
) -> None:
    connection = filled.connection
    connection.execute("CREATE ROLE lms_test_writer")
    connection.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lms_test_writer"
    )
    summaries = "course_summary, learner_summary, learner_course_summary"
    summaries += ", learner_assessment_summary, analytics_rebuild_request"
    connection.execute(
        f"REVOKE ALL ON {', '.join(QUEUES)}, {summaries} FROM lms_test_writer".encode()
    )
    connection.execute("SET LOCAL ROLE lms_test_writer")
    before: Any = UNSEEN[source]
    connection.execute(before.encode())
    for query in (f"DELETE FROM {source}_delta", f"TABLE {source}_delta"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), rolled_back(connection):
            connection.execute(query.encode())
    connection.execute("RESET ROLE")
    assert unbalanced(connection) == []
    connection.execute(REFRESH)
    assert wrong(connection) == []
