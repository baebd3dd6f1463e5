"""Who is at risk, and why, as of a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import AS_OF
from support.rows import NOBODY, Connection, Row, add, insert, rolled_back

DAYS = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def enroll(connection: Connection, course: Any, ago: timedelta = DAYS, **values: Any) -> Row:
    """Enrolled that long ago, and by default with progress like the others'."""
    return add(
        connection,
        "course_enrollments",
        course_id=course,
        enrollment_date=AS_OF - ago,
        **values,
    )


def course_with_sections(connection: Connection, count: int = 1) -> tuple[Any, list[Row]]:
    module = add(connection, "learning_modules")
    sections = [add(connection, "learning_sections", module_id=module["id"]) for _ in range(count)]
    return module["course_id"], sections


def event(connection: Connection, enrollment: Row, section: Row, at: datetime) -> None:
    add(
        connection,
        "learning_interactions",
        learner_id=enrollment["learner_id"],
        section_id=section["id"],
        timestamp=at,
    )


def gain(connection: Connection, enrollment: Row, section: Row, at: datetime, to: int) -> None:
    connection.execute("SET LOCAL lms_schema.progress_time = 'event'")
    add(
        connection,
        "section_progress",
        learner_id=enrollment["learner_id"],
        section_id=section["id"],
        completion_percentage=to,
        last_accessed=at,
    )


def at_risk(connection: Connection, course: Any, as_of: datetime = AS_OF, **options: Any) -> Any:
    named = "".join(f", {name} => %s" for name in options)
    rows = connection.execute(
        f"SELECT learner_id, reasons, last_activity, progress"
        f" FROM at_risk_learners(%s, p_as_of => %s{named})",
        (course, as_of, *options.values()),
    )
    return {learner: (reasons, last, progress) for learner, reasons, last, progress in rows}


def reasons(connection: Connection, course: Any, enrollment: Row, **options: Any) -> Any:
    return at_risk(connection, course, **options).get(enrollment["learner_id"], ([],))[0]


def test_a_learner_who_just_enrolled_is_not_at_risk(transaction: Connection) -> None:
    course, _ = course_with_sections(transaction)
    enroll(transaction, course, 7 * DAYS - MOMENT)
    enroll(transaction, course, 0 * DAYS)
    assert at_risk(transaction, course) == {}


def test_nobody_is_at_risk_in_an_unknown_or_empty_course(transaction: Connection) -> None:
    course, _ = course_with_sections(transaction)
    assert at_risk(transaction, course) == {}
    assert at_risk(transaction, NOBODY) == {}


@pytest.mark.parametrize(("ago", "wanted"), [(7 * DAYS, ["inactive"]), (7 * DAYS - MOMENT, [])])
def test_inactive_after_seven_days_without_an_event(
    transaction: Connection, ago: timedelta, wanted: list[str]
) -> None:
    course, (section,) = course_with_sections(transaction)
    enrollment = enroll(transaction, course, 90 * DAYS)
    event(transaction, enrollment, section, AS_OF - 50 * DAYS)
    event(transaction, enrollment, section, AS_OF - ago)
    event(transaction, enrollment, section, AS_OF + MOMENT)
    assert reasons(transaction, course, enrollment) == wanted
    assert reasons(transaction, course, enrollment, p_inactive_days=8) == []


@pytest.mark.parametrize(("ago", "wanted"), [(7 * DAYS, ["inactive"]), (7 * DAYS - MOMENT, [])])
def test_progress_is_activity_too(
    transaction: Connection, ago: timedelta, wanted: list[str]
) -> None:
    course, (section,) = course_with_sections(transaction)
    enrollment = enroll(transaction, course, 90 * DAYS)
    gain(transaction, enrollment, section, AS_OF - ago, 50)
    assert reasons(transaction, course, enrollment) == wanted


def test_activity_in_another_course_does_not_count(transaction: Connection) -> None:
    course, (section,) = course_with_sections(transaction)
    _, (elsewhere,) = course_with_sections(transaction)
    enrollment = enroll(transaction, course, 90 * DAYS)
    event(transaction, enrollment, section, AS_OF - 20 * DAYS)
    event(transaction, enrollment, elsewhere, AS_OF - DAYS)
    gain(transaction, enrollment, elsewhere, AS_OF - DAYS, 50)
    assert at_risk(transaction, course)[enrollment["learner_id"]] == (
        ["inactive"],
        AS_OF - 20 * DAYS,
        0,
    )


@pytest.mark.parametrize(
    ("ago", "wanted"),
    [(7 * DAYS, ["inactive", "not_started"]), (7 * DAYS - MOMENT, [])],
)
def test_never_started_seven_days_after_enrolling(
    transaction: Connection, ago: timedelta, wanted: list[str]
) -> None:
    course, _ = course_with_sections(transaction)
    enrollment = enroll(transaction, course, ago)
    assert reasons(transaction, course, enrollment) == wanted
    assert reasons(transaction, course, enrollment, p_inactive_days=99) == wanted[1:]


def test_behind_is_below_the_25th_percentile_of_the_course(transaction: Connection) -> None:
    course, (section,) = course_with_sections(transaction)
    everybody = [enroll(transaction, course) for _ in range(5)]
    for enrollment, progress in zip(everybody, (10, 20, 30, 40, 50), strict=True):
        gain(transaction, enrollment, section, AS_OF - DAYS, progress)
    assert at_risk(transaction, course) == {
        everybody[0]["learner_id"]: (["behind"], AS_OF - DAYS, 10)
    }
    assert reasons(transaction, course, everybody[1], p_behind_percentile=0.26) == ["behind"]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.integers(0, 10000).map(lambda n: n / 100), min_size=1, max_size=12),
    st.sampled_from([0, 0.1, 0.25, 0.5, 1]),
)
def test_the_percentile_is_that_of_numpy(
    transaction: Connection, progress: list[float], percentile: float
) -> None:
    with rolled_back(transaction):
        course = add(transaction, "educational_courses")["id"]
        everybody = [enroll(transaction, course, overall_progress=value) for value in progress]
        # numpy interpolates in another order than PostgreSQL: equal up to the last bit
        threshold = float(np.percentile(progress, 100 * percentile)) - 1e-9
        behind = {
            enrollment["learner_id"]
            for enrollment, value in zip(everybody, progress, strict=True)
            if value < threshold
        }
        found = at_risk(transaction, course, p_behind_percentile=percentile)
        assert {learner for learner, row in found.items() if "behind" in row[0]} == behind


def test_those_who_completed_or_left_set_the_pace_but_are_not_at_risk(
    transaction: Connection,
) -> None:
    course = add(transaction, "educational_courses")["id"]
    for status in ("completed", "withdrawn", "failed"):
        enroll(transaction, course, 90 * DAYS, completion_status=status, overall_progress=0)
    for progress in (80, 90):
        enroll(transaction, course, completion_status="withdrawn", overall_progress=progress)
    enroll(transaction, course, completion_status="in_progress", overall_progress=1)
    assert at_risk(transaction, course) == {}
    late = enroll(transaction, course, overall_progress=0.5)
    enroll(transaction, course, -DAYS, overall_progress=0)  # enrolls only later
    assert reasons(transaction, course, late, p_behind_percentile=0.51) == ["behind"]
    assert len(at_risk(transaction, course, p_behind_percentile=0.51)) == 1


def attempt(connection: Connection, enrollment: Row, of: Row, score: int, **values: Any) -> None:
    values = {"completion_status": "graded", "started_at": AS_OF - DAYS, **values}
    add(
        connection,
        "assessment_attempts",
        learner_id=enrollment["learner_id"],
        assessment_id=of["id"],
        score=score,
        **values,
    )


def test_failing_is_a_mean_of_best_percentages_below_the_mean_passing_one(
    transaction: Connection,
) -> None:
    course = add(transaction, "educational_courses")["id"]
    enrollment = enroll(transaction, course)
    easy, hard, free = (
        add(
            transaction,
            "educational_assessments",
            course_id=course,
            total_points=total,
            passing_score=passing,
        )
        for total, passing in ((10, 5), (20, 15), (10, None))
    )
    attempt(transaction, enrollment, free, 0)
    assert reasons(transaction, course, enrollment) == []
    attempt(transaction, enrollment, easy, 10)  # 100 % of 50 %
    attempt(transaction, enrollment, hard, 4)  # 20 % of 75 %: 60 is below 62.5
    assert reasons(transaction, course, enrollment) == ["failing"]
    attempt(transaction, enrollment, hard, 5, attempt_number=2)
    assert reasons(transaction, course, enrollment) == []
    for status in ("submitted", "in_progress"):
        transaction.execute("UPDATE assessment_attempts SET completion_status = %s", (status,))
        assert reasons(transaction, course, enrollment) == []


def test_a_score_that_just_passes_is_not_failing(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    enrollment = enroll(transaction, course)
    thirds = add(
        transaction,
        "educational_assessments",
        course_id=course,
        total_points=3,
        passing_score=1,
    )
    attempt(transaction, enrollment, thirds, 1)  # 33.33 of 33.333... %
    assert reasons(transaction, course, enrollment) == []


def test_attempts_count_from_their_submission(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    enrollment = enroll(transaction, course)
    test = add(transaction, "educational_assessments", course_id=course)
    attempt(transaction, enrollment, test, 0, submitted_at=AS_OF + MOMENT)
    assert reasons(transaction, course, enrollment) == []
    assert reasons(transaction, course, enrollment, as_of=AS_OF + MOMENT) == ["failing"]


def test_all_reasons_of_a_learner_stand_in_one_row(transaction: Connection) -> None:
    course, (section,) = course_with_sections(transaction)
    lost = enroll(transaction, course, 30 * DAYS)
    test = add(transaction, "educational_assessments", course_id=course)
    attempt(transaction, lost, test, 0)
    for _ in range(3):
        gain(transaction, enroll(transaction, course), section, AS_OF, 50)
    assert at_risk(transaction, course) == {
        lost["learner_id"]: (["inactive", "behind", "failing", "not_started"], None, Decimal(0))
    }


def test_those_with_most_reasons_come_first(transaction: Connection) -> None:
    course, (section,) = course_with_sections(transaction)
    rows = insert(
        transaction,
        "course_enrollments",
        [
            {
                "learner_id": add(transaction, "learners")["id"],
                "course_id": course,
                "enrollment_date": AS_OF - 30 * DAYS,
            }
            for _ in range(4)
        ],
    )
    for row in rows[:2]:
        event(transaction, row, section, AS_OF - 10 * DAYS)
    assert [len(row[0]) for row in at_risk(transaction, course).values()] == [2, 2, 1, 1]


def test_an_earlier_time_tells_the_earlier_state(transaction: Connection) -> None:
    course, (section,) = course_with_sections(transaction)
    enrollment = enroll(transaction, course, 30 * DAYS)
    event(transaction, enrollment, section, AS_OF - 5 * DAYS)
    wanted = {31: [], 29: [], 20: ["inactive", "not_started"], 5: [], 0: []}
    for ago, why in wanted.items():
        assert reasons(transaction, course, enrollment, as_of=AS_OF - ago * DAYS) == why


def test_a_threshold_of_null_turns_its_reason_off(transaction: Connection) -> None:
    course, _ = course_with_sections(transaction)
    enrollment = enroll(transaction, course, 30 * DAYS)
    none = {"p_inactive_days": None, "p_not_started_days": None, "p_behind_percentile": None}
    assert reasons(transaction, course, enrollment, **none) == []


def test_a_percentile_outside_0_to_1_is_refused(transaction: Connection) -> None:
    course, _ = course_with_sections(transaction)
    enroll(transaction, course)
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        at_risk(transaction, course, p_behind_percentile=25)
