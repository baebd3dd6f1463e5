"""calculate_course_effectiveness: the seven figures of the guide, each over its own rows."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from hypothesis import given

from support import oracle
from support.properties import examples
from support.rows import NOBODY, Connection, add, rolled_back, scalar
from support.world import World, place, worlds

KEYS = {
    "completion_rate",
    "average_learning_time_hours",
    "average_comprehension_score",
    "average_retention_score",
    "average_engagement_score",
    "total_learners",
    "assessment_pass_rate",
}
NOTHING = dict.fromkeys(KEYS) | {"total_learners": 0}


def effectiveness(connection: Connection, course: uuid.UUID | None) -> Any:
    return oracle.exact_json(
        scalar(connection, "SELECT calculate_course_effectiveness(%s)::text", course)
    )


@examples(80)
@given(world=worlds())
def test_every_figure_is_what_python_computes(transaction: Connection, world: World) -> None:
    courses = world.ids("educational_courses")
    with rolled_back(transaction):
        place(transaction, world)
        computed = {course: effectiveness(transaction, course) for course in courses}
        stored = oracle.tables(transaction)
    assert computed == {course: oracle.effectiveness(stored, course) for course in courses}


def test_a_course_that_is_unknown_or_null_or_without_learners_has_seven_keys_and_no_error(
    transaction: Connection,
) -> None:
    empty = add(transaction, "educational_courses")["id"]
    for course in (NOBODY, None, empty):
        assert effectiveness(transaction, course) == NOTHING


def test_a_retry_counts_once_and_with_its_best(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=10, passing_score=5)
    learner = add(transaction, "course_enrollments", course_id=assessment["course_id"])[
        "learner_id"
    ]
    for number, score in enumerate([1, 9, 2], start=1):
        add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            learner_id=learner,
            attempt_number=number,
            score=score,
            completion_status="graded",
        )
    assert effectiveness(transaction, assessment["course_id"])["assessment_pass_rate"] == 100


def test_an_attempt_that_is_not_graded_counts_nowhere(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments", total_points=10, passing_score=5)
    course = assessment["course_id"]
    for status, score in [("graded", 9), ("reviewed", 1), ("in_progress", 1), ("submitted", 9)]:
        learner = add(transaction, "course_enrollments", course_id=course)["learner_id"]
        add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            learner_id=learner,
            score=score,
            completion_status=status,
        )
    assert effectiveness(transaction, course)["assessment_pass_rate"] == 50


def test_an_assessment_without_a_passing_score_counts_in_no_pass_rate(
    transaction: Connection,
) -> None:
    assessment = add(transaction, "educational_assessments", passing_score=None)
    course = assessment["course_id"]
    learner = add(transaction, "course_enrollments", course_id=course)["learner_id"]
    add(
        transaction,
        "assessment_attempts",
        assessment_id=assessment["id"],
        learner_id=learner,
        score=10,
        completion_status="graded",
    )
    assert effectiveness(transaction, course)["assessment_pass_rate"] is None


def test_several_rows_of_every_kind_do_not_multiply_each_other(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    module = add(transaction, "learning_modules", course_id=course)["id"]
    sections = [add(transaction, "learning_sections", module_id=module)["id"] for _ in range(4)]
    assessments = [
        add(transaction, "educational_assessments", course_id=course)["id"] for _ in range(3)
    ]
    for number in range(3):
        learner = add(
            transaction,
            "course_enrollments",
            course_id=course,
            engagement_score=Decimal("0.9") if number == 0 else Decimal("0.3"),
            completion_status="completed" if number == 0 else "enrolled",
            completion_date="2024-03-01" if number == 0 else None,
        )["learner_id"]
        for section in sections if number == 0 else sections[:1]:
            add(
                transaction,
                "section_progress",
                learner_id=learner,
                section_id=section,
                course_id=course,
                comprehension_score=1 if number == 0 else 0,
                retention_score=Decimal("0.5"),
                # 600 minutes of the one, 30 of the others
                total_time_spent=9000 if number == 0 else 1800,
            )
        for assessment in assessments if number == 0 else assessments[:1]:
            add(
                transaction,
                "assessment_attempts",
                assessment_id=assessment,
                learner_id=learner,
                score=10 if number == 0 else 0,
                completion_status="graded",
            )
    assert effectiveness(transaction, course) == {
        "completion_rate": Decimal("33.33"),
        "average_learning_time_hours": Decimal("3.67"),
        "average_comprehension_score": Decimal("0.67"),
        "average_retention_score": Decimal("0.5"),
        "average_engagement_score": Decimal("0.5"),
        "total_learners": 3,
        "assessment_pass_rate": 60,
    }
