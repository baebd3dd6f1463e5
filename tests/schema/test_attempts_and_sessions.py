"""What attempts and sessions derive, and what follows when its source changes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.derived import percentage
from support.numbers import half_up
from support.properties import examples
from support.race import connections, waiting
from support.rows import EARLY, Connection, Row, add, read, rolled_back

# around the half minute, where rounding turns
ELAPSED = st.builds(
    lambda minutes, milliseconds: timedelta(minutes=minutes, milliseconds=milliseconds),
    st.integers(0, 10_000),
    st.sampled_from([0, 1, 29_999, 30_000, 30_001, 59_999]),
)


def change(connection: Connection, table: str, **values: Any) -> Row:
    """Set columns of the only row of a table and return the row."""
    connection.execute(
        f"UPDATE {table} SET {', '.join(f'{name} = %({name})s' for name in values)}".encode(),
        values,
    )
    return read(connection, table)[0]


def attempt(connection: Connection, passing: int | None = 5, **values: Any) -> Row:
    assessment = add(connection, "educational_assessments", total_points=10, passing_score=passing)
    return add(connection, "assessment_attempts", assessment_id=assessment["id"], **values)


def result(row: Row) -> tuple[object, object]:
    return row["percentage_score"], row["passed"]


@examples()
@given(
    total=st.integers(0, 400_000),
    share=st.fractions(-2, 3),
    passing_share=st.none() | st.fractions(0, 1),
    elapsed=st.none() | ELAPSED,
)
def test_a_graded_attempt_derives_percentage_passed_and_minutes(
    transaction: Connection,
    total: int,
    share: Fraction,
    passing_share: Fraction | None,
    elapsed: timedelta | None,
) -> None:
    score = Decimal(int(share * total)).scaleb(-3)
    passing = None if passing_share is None else Decimal(int(passing_share * total)).scaleb(-3)
    points = Decimal(total).scaleb(-3)
    with rolled_back(transaction):
        assessment = add(
            transaction, "educational_assessments", total_points=points, passing_score=passing
        )
        row = add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            score=score,
            started_at=EARLY,
            submitted_at=None if elapsed is None else EARLY + elapsed,
        )
    assert row["score"] == score
    assert row["percentage_score"] == percentage(score, points)
    assert row["passed"] == (None if passing is None else score >= passing)
    if elapsed is None:
        assert row["time_spent_minutes"] is None
    else:
        milliseconds = elapsed // timedelta(milliseconds=1)
        assert row["time_spent_minutes"] == half_up(Fraction(milliseconds, 60_000), 0)


def test_an_attempt_without_a_score_derives_no_result(transaction: Connection) -> None:
    assert result(attempt(transaction)) == (None, None)


def test_the_result_follows_a_new_score(transaction: Connection) -> None:
    attempt(transaction, score=4)
    row = change(transaction, "assessment_attempts", score=5)
    assert result(row) == (Decimal(50), True)


def test_the_result_goes_with_the_score(transaction: Connection) -> None:
    attempt(transaction, score=4)
    assert result(change(transaction, "assessment_attempts", score=None)) == (None, None)


def test_the_result_follows_a_move_to_another_assessment(transaction: Connection) -> None:
    attempt(transaction, score=4)
    other = add(transaction, "educational_assessments", total_points=4, passing_score=4)
    row = change(transaction, "assessment_attempts", assessment_id=other["id"])
    assert result(row) == (Decimal(100), True)


def test_the_result_follows_points_and_passing_score_of_the_assessment(
    transaction: Connection,
) -> None:
    attempt(transaction, score=4)
    change(transaction, "educational_assessments", total_points=8)
    assert result(read(transaction, "assessment_attempts")[0]) == (Decimal(50), False)
    change(transaction, "educational_assessments", passing_score=4)
    assert result(read(transaction, "assessment_attempts")[0]) == (Decimal(50), True)
    change(transaction, "educational_assessments", passing_score=None)
    assert result(read(transaction, "assessment_attempts")[0]) == (Decimal(50), None)


def test_an_attempt_waits_for_uncommitted_points_and_is_judged_by_them(
    connection: Connection, database: str
) -> None:
    learner = add(connection, "learners")
    assessment = add(connection, "educational_assessments", total_points=10, passing_score=5)
    with connections(database, 2) as (changing, taking):
        change(changing, "educational_assessments", total_points=20)
        with waiting(
            database,
            taking,
            lambda: add(
                taking,
                "assessment_attempts",
                learner_id=learner["id"],
                assessment_id=assessment["id"],
                score=10,
            ),
            changing,
        ) as outcome:
            changing.commit()
            assert result(outcome.result()) == (Decimal(50), True)


def test_new_points_wait_for_an_uncommitted_attempt_and_judge_it(
    connection: Connection, database: str
) -> None:
    learner = add(connection, "learners")
    assessment = add(connection, "educational_assessments", total_points=10, passing_score=5)
    with connections(database, 2) as (taking, changing):
        add(
            taking,
            "assessment_attempts",
            learner_id=learner["id"],
            assessment_id=assessment["id"],
            score=10,
        )
        with waiting(
            database,
            changing,
            lambda: change(changing, "educational_assessments", total_points=20),
            taking,
        ) as outcome:
            taking.commit()
            outcome.result()
            changing.commit()
    assert result(read(connection, "assessment_attempts")[0]) == (Decimal(50), True)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"score": 100}, "assessment_attempts_score_total_check"),
        ({"score": -100}, "assessment_attempts_score_total_check"),
        ({"passed": True}, "assessment_attempts_passed_derived_check"),
        ({"score": 6, "passed": False, "percentage_score": 60}, None),
        ({"percentage_score": 41}, "assessment_attempts_percentage_score_derived_check"),
    ],
)
def test_an_update_that_contradicts_the_score_is_rejected(
    transaction: Connection, values: Row, constraint: str | None
) -> None:
    attempt(transaction, score=4)
    if constraint is None:  # unchanged values follow: they cannot be told from values left out
        assert result(change(transaction, "assessment_attempts", **values)) == (60, True)
        return
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        change(transaction, "assessment_attempts", **values)
    assert error.value.diag.constraint_name == constraint


def test_minutes_of_an_attempt_follow_its_submission_until_they_are_supplied(
    transaction: Connection,
) -> None:
    ends = [EARLY + timedelta(minutes=minutes) for minutes in (10, 20, 30)]
    assert attempt(transaction, submitted_at=ends[0])["time_spent_minutes"] == 10
    row = change(transaction, "assessment_attempts", submitted_at=ends[1])
    assert row["time_spent_minutes"] == 20
    row = change(transaction, "assessment_attempts", time_spent_minutes=7)
    assert row["time_spent_minutes"] == 7
    row = change(transaction, "assessment_attempts", submitted_at=ends[2])
    assert row["time_spent_minutes"] == 7
    row = change(transaction, "assessment_attempts", time_spent_minutes=None)
    assert row["time_spent_minutes"] == 30


@examples()
@given(elapsed=ELAPSED)
def test_a_session_derives_its_minutes_rounded_half_up(
    transaction: Connection, elapsed: timedelta
) -> None:
    elapsed = min(elapsed, timedelta(hours=24))
    with rolled_back(transaction):
        row = add(transaction, "learning_sessions", session_end=EARLY + elapsed)
    milliseconds = elapsed // timedelta(milliseconds=1)
    assert row["duration_minutes"] == half_up(Fraction(milliseconds, 60_000), 0)


@pytest.mark.parametrize(("seconds", "minutes"), [(29, 0), (30, 1), (89, 1), (90, 2), (150, 3)])
def test_half_a_minute_counts_as_one(transaction: Connection, seconds: int, minutes: int) -> None:
    row = add(transaction, "learning_sessions", session_end=EARLY + timedelta(seconds=seconds))
    assert row["duration_minutes"] == minutes


def test_minutes_of_a_session_follow_its_end_until_they_are_supplied(
    transaction: Connection,
) -> None:
    ends = [EARLY + timedelta(minutes=minutes) for minutes in (10, 20, 30)]
    assert add(transaction, "learning_sessions")["duration_minutes"] is None
    row = change(transaction, "learning_sessions", session_end=ends[0])
    assert row["duration_minutes"] == 10
    row = change(transaction, "learning_sessions", session_end=ends[1])
    assert row["duration_minutes"] == 20
    row = change(transaction, "learning_sessions", duration_minutes=7)
    assert row["duration_minutes"] == 7
    row = change(transaction, "learning_sessions", session_end=ends[2])
    assert row["duration_minutes"] == 7
    row = change(transaction, "learning_sessions", session_end=None)
    assert row["duration_minutes"] is None


def test_minutes_that_were_derived_go_with_the_end_of_the_session(
    transaction: Connection,
) -> None:
    add(transaction, "learning_sessions", session_end=EARLY + timedelta(minutes=10))
    assert change(transaction, "learning_sessions", session_end=None)["duration_minutes"] is None
