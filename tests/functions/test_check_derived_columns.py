"""Derived columns after random histories of writes, and the check that finds what is wrong."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import AS_OF, Tables
from support.histories import History, recalculate
from support.rows import Connection, add, rolled_back

DERIVED: dict[str, dict[str, Any]] = {
    "course_enrollments": {
        "overall_progress": 12.34,
        "total_time_spent": 12345,
        "last_accessed": AS_OF - timedelta(days=999),
        "current_grade": 12.34,
        "engagement_score": 0.12,
        "learning_velocity": 123.45,
    },
    "educational_courses": {
        "enrollment_count": 99,
        "completion_rate": 12.34,
        "learning_effectiveness_score": -1.23,
        "rating_count": 99,
        "rating_sum": 99,
        "average_rating": 1.11,
    },
    "educational_assessments": {
        "difficulty_rating": 0.01,
        "discrimination_index": 0.01,
        "reliability_coefficient": 0.01,
    },
    "assessment_attempts": {
        "percentage_score": 12.34,
        "passed": None,
        "time_spent_minutes": 99999,
        "response_patterns": "{}",
    },
    "learning_sessions": {"duration_minutes": None},
    "section_progress": {
        "first_accessed": AS_OF - timedelta(days=999),
        "last_accessed": AS_OF + timedelta(days=9999),
        "total_time_spent": 12345,
        "active_learning_time": 0,
        "interaction_count": 99,
        "meaningful_interactions": 0,
        "help_requests": 0,
    },
}


def check(connection: Connection) -> list[tuple[Any, ...]]:
    """What the check finds, but for scores: histories give some that contradict the points."""
    return connection.execute(
        "SELECT * FROM check_derived_columns() WHERE column_name <> 'score'"
    ).fetchall()


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32))
def test_no_history_of_writes_leaves_a_derived_number_false(
    transaction: Connection, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 (a reproducible history, not a secret)
    with rolled_back(transaction):
        history = History(transaction, random)
        done = history.run(random.randint(10, 60))
        recalculate(transaction)
        assert Tables(transaction).faults() == [], Counter(done)
        assert check(transaction) == []
        assert recalculate(transaction) == 0

        done += history.run(random.randint(1, 20))
        recalculate(transaction, AS_OF + timedelta(days=random.randint(-20, 20)))
        assert Tables(transaction).faults() == [], Counter(done)
        assert check(transaction) == []


def test_histories_do_everything_and_the_schema_accepts_it(transaction: Connection) -> None:
    random = Random(1)  # noqa: S311 (a reproducible history, not a secret)
    done = Counter(History(transaction, random).run(600))
    assert len(done) == 20
    assert min(done.values()) > 3, done


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in DERIVED for column in DERIVED[table]]
)
def test_the_check_finds_a_fault_planted_in_any_derived_column(
    transaction: Connection, table: str, column: str
) -> None:
    history = History(transaction, Random(7))  # noqa: S311 (a reproducible history, not a secret)
    history.run(60)
    for course in history.courses:  # one without sections keeps whatever progress is stored
        module = add(transaction, "learning_modules", course_id=course)
        add(transaction, "learning_sections", module_id=module["id"])
    for learner in history.learners:
        for course in history.courses:
            transaction.execute(
                "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%s, %s)"
                " ON CONFLICT (learner_id, course_id) DO NOTHING",
                (learner, course),
            )
    add(transaction, "section_progress", learner_id=history.learners[0])
    for kind in ("discussion", "help_request"):
        transaction.execute(
            "SELECT record_interaction(%s, id, %s, p_duration_seconds => 5)"
            " FROM learning_sections LIMIT 1",
            (history.learners[0], kind),
        )
    add(
        transaction,
        "assessment_attempts",
        completion_status="graded",
        score=7,
        started_at=AS_OF,
        submitted_at=AS_OF,
    )
    for course in history.courses:
        add(transaction, "course_ratings", course_id=course)
    add(transaction, "learning_sessions", session_start=AS_OF, session_end=AS_OF)
    recalculate(transaction)
    assert check(transaction) == []

    transaction.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    planted = transaction.execute(
        f"UPDATE {table} SET {column} = %s WHERE {column} IS DISTINCT FROM %s"
        + (" AND score IS NOT NULL" if column in ("percentage_score", "passed") else "")
        + (" AND submitted_at IS NOT NULL" if column == "time_spent_minutes" else "")
        + (" AND rating_count > 0" if column == "average_rating" else "")
        + " RETURNING id",
        (DERIVED[table][column], DERIVED[table][column]),
    ).fetchall()
    assert planted
    found = {(row[0], row[1], row[2]) for row in check(transaction)}
    wanted = {(table, row[0], column) for row in planted}
    if (table, column) in {
        ("section_progress", "last_accessed"),
        ("section_progress", "total_time_spent"),
        ("assessment_attempts", "percentage_score"),
    }:  # what is derived from it is false then, too
        found = {row for row in found if row[0] == table}
    assert found == wanted


def test_the_check_tells_what_is_stored_and_what_it_should_be(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")
    recalculate(transaction)
    transaction.execute("UPDATE educational_courses SET enrollment_count = 3")
    assert check(transaction) == [
        ("educational_courses", course["id"], "enrollment_count", "3", "0")
    ]


def test_an_empty_database_has_nothing_false(transaction: Connection) -> None:
    assert check(transaction) == []
    assert recalculate(transaction) == 0


def test_values_that_an_application_may_supply_are_not_false(transaction: Connection) -> None:
    attempt = {"completion_status": "graded", "started_at": AS_OF}
    end = AS_OF + timedelta(hours=1)
    assessment = add(transaction, "educational_assessments", total_points=3, passing_score=1)
    values = {"score": 1, "percentage_score": 33.34, "time_spent_minutes": 5}
    add(
        transaction,
        "assessment_attempts",
        assessment_id=assessment["id"],
        submitted_at=end,
        **attempt,
        **values,
    )
    add(transaction, "learning_sessions", session_start=AS_OF, session_end=end, duration_minutes=7)
    recalculate(transaction)
    assert check(transaction) == []
