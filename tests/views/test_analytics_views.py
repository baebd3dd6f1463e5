"""Every column of both views against the oracle, on random worlds."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given

from support import oracle
from support.properties import examples
from support.rows import Connection, Row, add, read, rolled_back
from support.world import World, place, worlds

GUIDE = json.loads(
    (Path(__file__).resolve().parent.parent / "fixtures" / "guide.json").read_text("utf-8")
)


@examples(60)
@given(world=worlds())
def test_every_column_of_both_views_is_what_python_computes(
    transaction: Connection, world: World
) -> None:
    with rolled_back(transaction):
        place(transaction, world)
        transaction.execute("SELECT refresh_learning_analytics()")
        stored = oracle.tables(transaction)
        courses = read(transaction, "learning_analytics_dashboard")
        learners = read(transaction, "learner_progress_analytics")
    assert oracle.differences(courses, oracle.dashboard(stored), "course_id") == []
    assert oracle.differences(learners, oracle.learner_analytics(stored), "learner_id") == []


@pytest.mark.parametrize(
    ("view", "figures"),
    [
        ("learning_analytics_dashboard", oracle.dashboard),
        ("learner_progress_analytics", oracle.learner_analytics),
    ],
)
def test_the_oracle_knows_every_column(view: str, figures: object) -> None:
    row = {"id": 1, "title": "", "difficulty_level": "", "learning_style": ""}
    row |= {"academic_level": "", "preferred_difficulty": ""}
    stored: dict[str, list[Row]] = {table: [] for table in oracle.TABLES}
    stored |= {"learners": [row], "educational_courses": [row]}
    assert callable(figures)
    (computed,) = figures(stored).values()
    assert [*computed, "last_updated"] == GUIDE["views"][view]


def only(connection: Connection, view: str, key: str, identity: object) -> Row:
    """The row of a course or learner after a refresh."""
    connection.execute("SELECT refresh_learning_analytics()")
    (row,) = (row for row in read(connection, view) if row[key] == identity)
    return row


def of_course(connection: Connection, course: object) -> Row:
    return only(connection, "learning_analytics_dashboard", "course_id", course)


def of_learner(connection: Connection, learner: object) -> Row:
    return only(connection, "learner_progress_analytics", "learner_id", learner)


COUNTS = {
    "total_enrollments",
    "completed_learners",
    "total_assessment_attempts",
    "courses_enrolled",
    "courses_completed",
    "total_learning_sessions",
    "total_assessments_taken",
}


def test_a_course_without_anything_has_counts_of_zero_and_no_averages(
    transaction: Connection,
) -> None:
    course = add(transaction, "educational_courses", title="Empty", difficulty_level="expert")
    row = of_course(transaction, course["id"])
    assert (row.pop("course_title"), row.pop("difficulty_level")) == ("Empty", "expert")
    del row["course_id"], row["last_updated"]
    assert row == {name: 0 if name in COUNTS else None for name in row}


def test_a_learner_without_anything_has_counts_of_zero_and_no_averages(
    transaction: Connection,
) -> None:
    learner = add(transaction, "learners", learning_style=None, preferred_difficulty=None)
    row = of_learner(transaction, learner["id"])
    assert row.pop("academic_level") == "graduate"
    del row["learner_id"], row["last_updated"]
    assert row == {name: 0 if name in COUNTS else None for name in row}


def test_learners_who_are_not_enrolled_do_not_count_in_the_dashboard(
    transaction: Connection,
) -> None:
    progress = add(transaction, "section_progress", comprehension_score=1, interaction_count=9)
    course, guest = progress["course_id"], progress["learner_id"]
    assessment = add(transaction, "educational_assessments", course_id=course)
    for status in ("graded", "in_progress"):
        add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            learner_id=guest,
            attempt_number=1 if status == "graded" else 2,
            score=10,
            completion_status=status,
        )
    # enrolled in another course is not enrolled in this one
    add(transaction, "course_enrollments", learner_id=guest)
    row = of_course(transaction, course)
    assert row["average_comprehension"] is row["average_interactions_per_section"] is None
    assert row["average_assessment_score"] is None
    assert row["total_assessment_attempts"] == row["total_enrollments"] == 0

    own = of_learner(transaction, guest)
    assert own["overall_comprehension"] == 1
    assert own["average_assessment_performance"] == 100
    assert own["total_assessments_taken"] == 2

    add(transaction, "course_enrollments", learner_id=guest, course_id=course)
    row = of_course(transaction, course)
    assert (row["average_comprehension"], row["average_assessment_score"]) == (1, 100)
    assert row["total_assessment_attempts"] == 2


def test_learners_count_whatever_the_status_of_their_enrollment(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    for status in ("enrolled", "in_progress", "completed", "withdrawn", "failed"):
        add(
            transaction,
            "course_enrollments",
            course_id=course,
            completion_status=status,
            overall_progress=100 if status == "completed" else 50,
        )
    row = of_course(transaction, course)
    assert (row["total_enrollments"], row["completed_learners"]) == (5, 1)
    assert row["average_progress"] == 60


@pytest.mark.parametrize("course_given", [True, False])
def test_an_assessment_of_a_section_counts_for_its_course(
    transaction: Connection, course_given: bool
) -> None:
    section = add(transaction, "learning_sections")
    course = {"course_id": section["course_id"]} if course_given else {}
    assessment = add(transaction, "educational_assessments", section_id=section["id"], **course)
    learner = add(transaction, "course_enrollments", course_id=section["course_id"])["learner_id"]
    add(
        transaction,
        "assessment_attempts",
        assessment_id=assessment["id"],
        learner_id=learner,
        score=7,
        completion_status="reviewed",
    )
    row = of_course(transaction, section["course_id"])
    assert (row["average_assessment_score"], row["total_assessment_attempts"]) == (70, 1)


def test_retries_count_as_attempts_and_only_the_best_graded_one_as_score(
    transaction: Connection,
) -> None:
    assessment = add(transaction, "educational_assessments", passing_score=None)
    learner = add(transaction, "course_enrollments", course_id=assessment["course_id"])[
        "learner_id"
    ]
    attempts = [
        ("graded", 4),
        ("reviewed", 6),
        ("graded", 5),
        ("in_progress", 9),
        ("submitted", 10),
    ]
    for number, (status, score) in enumerate(attempts, start=1):
        add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            learner_id=learner,
            attempt_number=number,
            score=score,
            completion_status=status,
        )
    course = of_course(transaction, assessment["course_id"])
    assert (course["average_assessment_score"], course["total_assessment_attempts"]) == (60, 5)
    own = of_learner(transaction, learner)
    assert (own["average_assessment_performance"], own["total_assessments_taken"]) == (60, 5)


@pytest.mark.parametrize(
    ("types", "preferred"),
    [
        (["navigation", "navigation", "content_view"], "navigation"),
        (["navigation", "help_request"], "help_request"),
        (["discussion", "reflection", "discussion", "reflection", "navigation"], "reflection"),
        (["navigation", "content_view"], "content_view"),
    ],
)
def test_of_equally_frequent_types_the_first_label_is_preferred(
    transaction: Connection, types: list[str], preferred: str
) -> None:
    first = add(transaction, "learning_interactions", interaction_type=types[0])
    for kind in types[1:]:
        add(
            transaction,
            "learning_interactions",
            learner_id=first["learner_id"],
            interaction_type=kind,
        )
    row = of_learner(transaction, first["learner_id"])
    assert row["preferred_interaction_type"] == preferred


def test_averages_skip_what_is_not_known(transaction: Connection) -> None:
    learner = add(transaction, "learners")["id"]
    known = {"engagement_level": "very_high", "focus_score": 1, "duration_minutes": 20}
    unknown = dict.fromkeys(known)
    for values in (known, unknown, known | {"engagement_level": "low", "focus_score": 0}):
        supplied = "{engagement_level}"
        add(transaction, "learning_sessions", learner_id=learner, supplied=supplied, **values)
    default = add(transaction, "learning_sessions", learner_id=learner)
    assert default["engagement_level"] == "medium"
    row = of_learner(transaction, learner)
    assert row["total_learning_sessions"] == 4
    assert row["average_engagement_level"] == Decimal("2.5")
    assert row["average_focus_score"] == Decimal("0.5")
    assert row["average_session_duration"] == 20
    assert row["average_productivity_score"] is None
