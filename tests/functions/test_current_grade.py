"""The grade so far: the weighted mean of the best percentages."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import rounded
from support.race import connections, waiting
from support.rows import NOBODY, Connection, Row, add, rolled_back, scalar


def assessment(connection: Connection, course: Any, weight: Any = None, **values: Any) -> Row:
    values = {"total_points": 100, "passing_score": None, **values}
    return add(
        connection,
        "educational_assessments",
        course_id=course,
        weight_in_course=weight,
        **values,
    )


def attempt(connection: Connection, enrollment: Row, of: Row, score: Any, **values: Any) -> Row:
    values = {"completion_status": "graded", **values}
    return add(
        connection,
        "assessment_attempts",
        learner_id=enrollment["learner_id"],
        assessment_id=of["id"],
        score=score,
        **values,
    )


def grade(connection: Connection, enrollment: Row) -> Any:
    return scalar(
        connection, "SELECT current_grade FROM course_enrollments WHERE id = %s", enrollment["id"]
    )


WEIGHTS = st.sampled_from([None, Decimal("0"), Decimal("0.33"), Decimal("0.5"), Decimal("1")])
ATTEMPTS = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.sampled_from(["in_progress", "submitted", "graded", "reviewed", "graded"]),
    ),
    max_size=4,
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(WEIGHTS, ATTEMPTS), max_size=5))
def test_the_grade_is_the_weighted_mean_of_the_best_percentages(
    transaction: Connection, assessments: list[tuple[Decimal | None, list[tuple[int, str]]]]
) -> None:
    with rolled_back(transaction):
        enrollment = add(transaction, "course_enrollments")
        graded: list[tuple[Decimal | None, Fraction]] = []
        for weight, attempts in assessments:
            made = assessment(transaction, enrollment["course_id"], weight, total_points=7)
            best = None
            for number, (score, status) in enumerate(attempts, 1):
                attempt(
                    transaction,
                    enrollment,
                    made,
                    score,
                    attempt_number=number,
                    completion_status=status,
                )
                if status in ("graded", "reviewed"):
                    best = max(best or 0, score)
            if best is not None:
                percentage = rounded(Fraction(100 * best, 7))
                assert percentage is not None
                graded.append((weight, Fraction(percentage)))
        if all(weight is None for weight, _ in graded):
            graded = [(Decimal(1), percentage) for _, percentage in graded]
        total = sum((Fraction(weight or 0) for weight, _ in graded), Fraction(0))
        weighted = sum((Fraction(weight or 0) * p for weight, p in graded), Fraction(0))
        assert grade(transaction, enrollment) == (rounded(weighted / total) if total else None)


def test_an_attempt_in_progress_is_no_grade(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    made = assessment(transaction, enrollment["course_id"])
    attempt(transaction, enrollment, made, 80, completion_status="in_progress")
    assert grade(transaction, enrollment) is None
    transaction.execute("UPDATE assessment_attempts SET completion_status = 'reviewed'")
    assert grade(transaction, enrollment) == 80


def test_the_best_attempt_counts_and_a_deleted_one_no_more(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    made = assessment(transaction, enrollment["course_id"])
    for number, score in enumerate((40, 90, 60), 1):
        attempt(transaction, enrollment, made, score, attempt_number=number)
    assert grade(transaction, enrollment) == 90
    transaction.execute("DELETE FROM assessment_attempts WHERE attempt_number = 2")
    assert grade(transaction, enrollment) == 60
    transaction.execute("DELETE FROM assessment_attempts")
    assert grade(transaction, enrollment) is None


@pytest.mark.parametrize(
    ("weights", "wanted"),
    [
        ((None, None), 50),
        ((None, Decimal("0.5")), 100),
        ((Decimal("0"), Decimal("0.5")), 100),
        ((Decimal("0"), Decimal("0")), None),
        ((None, Decimal("0")), None),
        ((Decimal("0.25"), Decimal("0.75")), 75),
    ],
)
def test_weights_that_are_zero_or_null(
    transaction: Connection, weights: tuple[Any, Any], wanted: int | None
) -> None:
    enrollment = add(transaction, "course_enrollments")
    for weight, score in zip(weights, (0, 100), strict=True):
        made = assessment(transaction, enrollment["course_id"], weight)
        attempt(transaction, enrollment, made, score)
    assert grade(transaction, enrollment) == wanted


def test_the_grade_follows_weight_points_course_and_deletion_of_assessments(
    transaction: Connection,
) -> None:
    enrollment = add(transaction, "course_enrollments")
    one = assessment(transaction, enrollment["course_id"], Decimal("0.5"))
    other = assessment(transaction, enrollment["course_id"], Decimal("0.5"))
    attempt(transaction, enrollment, one, 40)
    attempt(transaction, enrollment, other, 80)
    assert grade(transaction, enrollment) == 60

    change = "UPDATE educational_assessments SET {} WHERE id = %s"
    transaction.execute(change.format("weight_in_course = 1"), (other["id"],))
    assert grade(transaction, enrollment) == Decimal("66.67")
    transaction.execute(change.format("total_points = 80"), (other["id"],))
    assert grade(transaction, enrollment) == 80
    elsewhere = add(transaction, "course_enrollments", learner_id=enrollment["learner_id"])
    transaction.execute(change.format(f"course_id = '{elsewhere['course_id']}'"), (other["id"],))
    assert (grade(transaction, enrollment), grade(transaction, elsewhere)) == (40, 100)
    transaction.execute("DELETE FROM educational_assessments WHERE id = %s", (one["id"],))
    assert grade(transaction, enrollment) is None


def test_a_section_takes_its_assessments_out_of_the_grade(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    enrollment = add(transaction, "course_enrollments", course_id=section["course_id"])
    made = add(transaction, "educational_assessments", section_id=section["id"], total_points=10)
    attempt(transaction, enrollment, made, 5)
    assert grade(transaction, enrollment) == 50
    transaction.execute("DELETE FROM learning_sections")
    assert grade(transaction, enrollment) is None


def test_an_enrollment_after_attempts_starts_with_their_grade(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    learner = add(transaction, "learners")["id"]
    attempt(transaction, {"learner_id": learner}, assessment(transaction, course), 70)
    enrollment = add(transaction, "course_enrollments", learner_id=learner, course_id=course)
    assert grade(transaction, enrollment) == 70


def test_many_attempts_of_one_statement_are_graded_together(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    for _ in range(4):
        assessment(transaction, enrollment["course_id"])
    transaction.execute(
        "INSERT INTO assessment_attempts"
        " (learner_id, assessment_id, attempt_number, responses, score, completion_status)"
        " SELECT %s, a.id, n, '[]', n * 10, 'graded'"
        " FROM educational_assessments AS a, generate_series(1, 3) AS n WHERE a.course_id = %s",
        (enrollment["learner_id"], enrollment["course_id"]),
    )
    assert grade(transaction, enrollment) == 30
    transaction.execute("UPDATE assessment_attempts SET score = 3 * score")
    assert grade(transaction, enrollment) == 90
    transaction.execute("DELETE FROM assessment_attempts WHERE attempt_number > 1")
    assert grade(transaction, enrollment) == 30


def test_an_upsert_of_an_attempt_regrades(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    made = assessment(transaction, enrollment["course_id"])
    for score in (30, 90):
        transaction.execute(
            "INSERT INTO assessment_attempts"
            " (id, learner_id, assessment_id, attempt_number, responses, score, completion_status)"
            " VALUES (%s, %s, %s, 1, '[]', %s, 'graded')"
            " ON CONFLICT (id) DO UPDATE SET score = excluded.score",
            (NOBODY, enrollment["learner_id"], made["id"], score),
        )
        assert grade(transaction, enrollment) == score


def test_an_attempt_given_to_another_learner_moves_between_grades(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    other = add(transaction, "course_enrollments", course_id=enrollment["course_id"])
    attempt(transaction, enrollment, assessment(transaction, enrollment["course_id"]), 70)
    transaction.execute("UPDATE assessment_attempts SET learner_id = %s", (other["learner_id"],))
    assert (grade(transaction, enrollment), grade(transaction, other)) == (None, 70)


def test_two_graders_of_one_enrollment_lose_no_grade(database: str) -> None:
    with connections(database, 2) as (one, other):
        enrollment = add(one, "course_enrollments")
        first, second = (assessment(one, enrollment["course_id"]) for _ in range(2))
        one.commit()
        attempt(one, enrollment, first, 100)
        with waiting(
            database, other, lambda: attempt(other, enrollment, second, 50), one
        ) as waiter:
            one.commit()
            waiter.result()
        other.commit()
        assert grade(one, enrollment) == 75


@pytest.mark.parametrize("first", ["attempt", "points"])
def test_an_attempt_and_new_points_written_at_once_agree(database: str, first: str) -> None:
    with connections(database, 2) as (one, other):
        enrollment = add(one, "course_enrollments")
        made = assessment(one, enrollment["course_id"])
        one.commit()

        def write(connection: Connection) -> None:
            attempt(connection, enrollment, made, 20)

        def change(connection: Connection) -> None:
            connection.execute("UPDATE educational_assessments SET total_points = 40")

        begin, follow = (write, change) if first == "attempt" else (change, write)
        begin(one)
        with waiting(database, other, lambda: follow(other), one) as waiter:
            one.commit()
            waiter.result()
        other.commit()
        assert scalar(one, "SELECT percentage_score FROM assessment_attempts") == 50
        assert grade(one, enrollment) == 50
