"""What attempts derive from their score, and which attempts an assessment allows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from support.derived import AS_OF
from support.rows import Connection, Row, add, read, rolled_back

DAY = timedelta(days=1)


def attempt(connection: Connection, assessment: Row, **values: Any) -> Row:
    values = {"started_at": AS_OF, **values}
    return add(connection, "assessment_attempts", assessment_id=assessment["id"], **values)


def rejected(connection: Connection, assessment: Row, **values: Any) -> str | None:
    with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(connection):
        attempt(connection, assessment, **values)
    return error.value.diag.constraint_name


def test_the_result_is_derived_when_it_is_left_out(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=3, passing_score=2)
    row = attempt(transaction, assessment, score=2, submitted_at=AS_OF + timedelta(seconds=90))
    assert row["percentage_score"] == Decimal("66.67")
    assert (row["passed"], row["time_spent_minutes"]) == (True, 2)


def test_passed_is_null_without_a_passing_score(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", passing_score=None)
    assert attempt(transaction, assessment, score=0)["passed"] is None
    assert (
        rejected(transaction, assessment, score=0, passed=False)
        == "assessment_attempts_passed_derived_check"
    )


def test_results_that_contradict_the_score_are_rejected(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=3, passing_score=2)
    for percentage in (33.33, 33.34):
        attempt(transaction, assessment, score=1, percentage_score=percentage)
    for percentage in (33.32, 33.35):
        assert (
            rejected(transaction, assessment, score=1, percentage_score=percentage)
            == "assessment_attempts_percentage_score_derived_check"
        )
    assert (
        rejected(transaction, assessment, score=1, passed=True)
        == "assessment_attempts_passed_derived_check"
    )
    assert rejected(transaction, assessment, score=31) == "assessment_attempts_score_total_check"


def test_time_spent_may_be_less_than_elapsed_and_not_more(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments")
    times = {"submitted_at": AS_OF + timedelta(minutes=10, seconds=1)}
    for minutes in (0, 11):
        attempt(transaction, assessment, time_spent_minutes=minutes, **times)
    assert (
        rejected(transaction, assessment, time_spent_minutes=12, **times)
        == "assessment_attempts_time_spent_elapsed_check"
    )


def test_a_changed_score_changes_what_is_derived_from_it(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=4, passing_score=2)
    attempt(transaction, assessment, score=1)
    transaction.execute("UPDATE assessment_attempts SET score = 3")
    (row,) = read(transaction, "assessment_attempts")
    assert (row["percentage_score"], row["passed"]) == (75, True)
    transaction.execute("UPDATE assessment_attempts SET score = NULL")
    (row,) = read(transaction, "assessment_attempts")
    assert (row["percentage_score"], row["passed"]) == (None, None)


def test_new_points_and_a_new_passing_score_change_the_results(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=4, passing_score=2)
    attempt(transaction, assessment, score=3)
    attempt(transaction, assessment, score=None)
    transaction.execute("UPDATE educational_assessments SET total_points = 6, passing_score = 4")
    results = {row["score"]: row for row in read(transaction, "assessment_attempts")}
    assert (results[3]["percentage_score"], results[3]["passed"]) == (50, False)
    assert (results[None]["percentage_score"], results[None]["passed"]) == (None, None)
    transaction.execute("UPDATE educational_assessments SET passing_score = NULL")
    results = {row["score"]: row for row in read(transaction, "assessment_attempts")}
    assert results[3]["passed"] is None


def test_points_far_below_a_score_already_given_are_rejected(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=4, passing_score=None)
    graded = attempt(transaction, assessment, score=3)
    with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(transaction):
        transaction.execute("UPDATE educational_assessments SET total_points = 0.25")
    assert error.value.diag.constraint_name == "assessment_attempts_score_total_check"
    assert error.value.diag.message_primary == (
        "score 3 of 0.25 points is 1200.00 percent, which is not within -999.99 to 999.99"
    )
    assert str(graded["learner_id"]) in str(error.value.diag.message_detail)
    assert "total_points" in str(error.value.diag.message_hint)
    transaction.execute("UPDATE educational_assessments SET total_points = 2")
    assert read(transaction, "assessment_attempts")[0]["percentage_score"] == 150


@pytest.mark.parametrize(
    ("total", "passing", "score", "percentage", "passed"),
    [
        ("10", "5", "4.5", "45", False),
        ("10", "5", "4.999", "49.99", False),
        ("10", "4.5", "4.5", "45", True),
        ("10", "5", "11.5", "115", True),
        ("10", "0", "-2.5", "-25", False),
        ("0.125", None, "0.1", "80", None),
        ("0", None, "0", None, None),
        ("0", "0", "3", None, True),
        ("0", "0", "-0.001", None, False),
        ("1", None, "9.999", "999.9", None),
    ],
)
def test_results_follow_the_exact_score(
    transaction: Connection,
    total: str,
    passing: str | None,
    score: str,
    percentage: str | None,
    passed: bool | None,
) -> None:
    assessment = add(
        transaction, "educational_assessments", total_points=total, passing_score=passing
    )
    row = attempt(transaction, assessment, score=score)
    assert row["score"] == Decimal(score)
    assert row["percentage_score"] == (None if percentage is None else Decimal(percentage))
    assert row["passed"] is passed


def test_a_practice_without_points_has_no_percentage(transaction: Connection) -> None:
    practice = add(transaction, "educational_assessments", total_points=0)
    assert (
        rejected(transaction, practice, score=0, percentage_score=0)
        == "assessment_attempts_percentage_score_derived_check"
    )
    attempt(transaction, practice, score=3)
    transaction.execute("UPDATE educational_assessments SET total_points = 4")
    assert read(transaction, "assessment_attempts")[0]["percentage_score"] == 75
    transaction.execute("UPDATE educational_assessments SET total_points = 0")
    assert read(transaction, "assessment_attempts")[0]["percentage_score"] is None


def test_numbers_of_attempts_can_be_swapped_and_skipped(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments")
    learner = add(transaction, "learners")["id"]
    for number in (1, 3):
        attempt(transaction, assessment, learner_id=learner, attempt_number=number, score=number)
    transaction.execute("UPDATE assessment_attempts SET attempt_number = 4 - attempt_number")
    scores = {
        row["attempt_number"]: row["score"] for row in read(transaction, "assessment_attempts")
    }
    assert scores == {1: 3, 3: 1}


def test_an_attempt_may_end_before_an_earlier_one_began(transaction: Connection) -> None:
    """Numbers are the application's: paper exams are entered in any order."""
    assessment = add(transaction, "educational_assessments")
    learner = add(transaction, "learners")["id"]
    for number, start in ((1, AS_OF), (2, AS_OF - DAY)):
        end = start + timedelta(hours=1)
        attempt(
            transaction,
            assessment,
            learner_id=learner,
            attempt_number=number,
            started_at=start,
            submitted_at=end,
        )


@pytest.mark.parametrize(("allowed", "most"), [(1, 1), (3, 3), (None, 50)])
def test_attempts_are_as_many_as_allowed(
    transaction: Connection, allowed: int | None, most: int
) -> None:
    assessment = add(transaction, "educational_assessments", attempts_allowed=allowed)
    learner = add(transaction, "learners")["id"]
    for number in range(1, most + 1):
        attempt(transaction, assessment, learner_id=learner, attempt_number=number)
    if allowed is not None:
        assert (
            rejected(transaction, assessment, learner_id=learner, attempt_number=most + 1)
            == "assessment_attempts_attempts_allowed_check"
        )
    attempt(transaction, assessment)  # of another learner


@pytest.mark.parametrize(
    ("available_from", "available_until", "accepted", "refused"),
    [
        (AS_OF, AS_OF + DAY, [0 * DAY, DAY], [-timedelta(microseconds=1), 2 * DAY]),
        (AS_OF, None, [0 * DAY, 999 * DAY], [-timedelta(microseconds=1)]),
        (None, AS_OF, [-999 * DAY, 0 * DAY], [timedelta(microseconds=1)]),
        (None, None, [-999 * DAY, 999 * DAY], []),
    ],
)
def test_attempts_start_while_the_assessment_is_available(
    transaction: Connection,
    available_from: Any,
    available_until: Any,
    accepted: list[timedelta],
    refused: list[timedelta],
) -> None:
    assessment = add(
        transaction,
        "educational_assessments",
        available_from=available_from,
        available_until=available_until,
    )
    for shift in accepted:
        attempt(transaction, assessment, started_at=AS_OF + shift)
    for shift in refused:
        assert (
            rejected(transaction, assessment, started_at=AS_OF + shift)
            == "assessment_attempts_availability_check"
        )


def test_attempts_of_before_are_graded_whatever_is_allowed_now(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", attempts_allowed=2)
    row = attempt(transaction, assessment, attempt_number=2, completion_status="submitted")
    transaction.execute(
        "UPDATE educational_assessments SET attempts_allowed = 1, available_until = %s",
        (AS_OF - DAY,),
    )
    transaction.execute("UPDATE assessment_attempts SET completion_status = 'graded', score = 3")
    transaction.execute(
        "INSERT INTO assessment_attempts"
        " (id, learner_id, assessment_id, attempt_number, responses, score, started_at)"
        " VALUES (%s, %s, %s, 2, '[]', 4, %s)"
        " ON CONFLICT (id) DO UPDATE SET score = excluded.score",
        (row["id"], row["learner_id"], assessment["id"], AS_OF),
    )
    assert [row["percentage_score"] for row in read(transaction, "assessment_attempts")] == [40]


def test_a_session_is_as_long_as_from_start_to_end_unless_told(transaction: Connection) -> None:
    times = {"session_start": AS_OF, "session_end": AS_OF + timedelta(seconds=90)}
    assert add(transaction, "learning_sessions", **times)["duration_minutes"] == 2
    assert add(transaction, "learning_sessions", session_start=AS_OF)["duration_minutes"] is None
    told = add(transaction, "learning_sessions", duration_minutes=1, **times)
    transaction.execute("UPDATE learning_sessions SET session_end = %s", (AS_OF + DAY,))
    minutes = {row["id"]: row["duration_minutes"] for row in read(transaction, "learning_sessions")}
    assert minutes.pop(told["id"]) == 1
    assert set(minutes.values()) == {24 * 60}
