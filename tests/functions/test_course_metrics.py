"""What recalculate_course_metrics keeps, against the definitions in Python."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.derived import AS_OF, Tables
from support.histories import recalculate
from support.race import connections, waiting
from support.rows import NOBODY, Connection, Row, add, column, rolled_back, scalar

bounded = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def attempt(connection: Connection, of: Row, score: int, **values: Any) -> Row:
    values = {"completion_status": "graded", "assessment_id": of["id"], **values}
    return add(connection, "assessment_attempts", score=score, **values)


def event(connection: Connection, enrollment: Row, section: Row, ago: timedelta) -> None:
    add(
        connection,
        "learning_interactions",
        learner_id=enrollment["learner_id"],
        section_id=section["id"],
        timestamp=AS_OF - ago,
    )


def gain(
    connection: Connection, enrollment: Row, section: Row, percentage: float, ago: timedelta
) -> None:
    """Progress made at that time, as a bulk load dates it."""
    connection.execute("SET LOCAL lms_schema.progress_time = 'event'")
    add(
        connection,
        "section_progress",
        learner_id=enrollment["learner_id"],
        section_id=section["id"],
        completion_percentage=percentage,
        last_accessed=AS_OF - ago,
    )


def metrics(connection: Connection, enrollment: Row) -> tuple[Any, ...]:
    found = connection.execute(
        "SELECT engagement_score, learning_velocity FROM course_enrollments WHERE id = %s",
        (enrollment["id"],),
    ).fetchone()
    assert found is not None
    return found


def peers(connection: Connection, count: int) -> tuple[list[Row], list[Row]]:
    """Enrollments of one course, and its four sections."""
    module = add(connection, "learning_modules")
    sections = [add(connection, "learning_sections", module_id=module["id"]) for _ in range(4)]
    course = module["course_id"]
    return [add(connection, "course_enrollments", course_id=course) for _ in range(count)], sections


SCORES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6)


@bounded
@given(SCORES, SCORES, st.integers(0, 6))
def test_effectiveness_is_the_normalised_gain_of_the_means(
    transaction: Connection,
    before: list[tuple[int, int]],
    after: list[tuple[int, int]],
    completed: int,
) -> None:
    with rolled_back(transaction):
        course = add(transaction, "educational_courses")["id"]
        tests = {
            kind: [
                add(
                    transaction,
                    "educational_assessments",
                    course_id=course,
                    assessment_type=kind,
                    total_points=3,
                    passing_score=None,
                )
                for _ in range(2)
            ]
            for kind in ("diagnostic", "summative")
        }
        for number in range(max(len(before), len(after))):
            learner = add(transaction, "learners")["id"]
            if number != 3:  # one is not enrolled
                add(
                    transaction,
                    "course_enrollments",
                    course_id=course,
                    learner_id=learner,
                    completion_status="completed" if number < completed else "withdrawn",
                    completion_date=AS_OF if number < completed else None,
                )
            for kind, scores in (("diagnostic", before), ("summative", after)):
                for test, score in zip(tests[kind], scores[number : number + 1] * 2, strict=False):
                    for retry, points in enumerate(score, 1):
                        attempt(transaction, test, points, learner_id=learner, attempt_number=retry)
        recalculate(transaction)
        assert Tables(transaction).faults() == []
        assert recalculate(transaction) == 0


@pytest.mark.parametrize(
    ("pre", "post", "wanted"),
    [
        ([40], [70], Decimal("0.50")),
        ([100], [100], None),
        ([100], [0], None),
        ([99], [0], None),
        ([50], [0], Decimal("-1.00")),
        ([0], [100], Decimal("1.00")),
        ([40], [], None),
        ([], [70], None),
    ],
)
def test_effectiveness_at_its_edges(
    transaction: Connection, pre: list[int], post: list[int], wanted: Decimal | None
) -> None:
    enrollment = add(transaction, "course_enrollments")
    for kind, scores in (("diagnostic", pre), ("summative", post)):
        for score in scores:
            test = add(
                transaction,
                "educational_assessments",
                course_id=enrollment["course_id"],
                assessment_type=kind,
                total_points=100,
            )
            attempt(transaction, test, score, learner_id=enrollment["learner_id"])
    recalculate(transaction)
    assert (
        scalar(transaction, "SELECT learning_effectiveness_score FROM educational_courses")
        == wanted
    )


def test_a_course_without_enrollments_has_no_completion_rate(transaction: Connection) -> None:
    add(transaction, "educational_courses", enrollment_count=5, completion_rate=50)
    assert recalculate(transaction) == 1
    row = transaction.execute(
        "SELECT enrollment_count, completion_rate, metrics_as_of FROM educational_courses"
    ).fetchone()
    assert row == (0, None, None)


EVENTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(-60, 60 * 24 * 40)), max_size=30
)
GAINS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 3),
        st.decimals(0, 100, places=2),
        st.integers(0, 60 * 24 * 40),
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)


@bounded
@given(st.integers(1, 5), EVENTS, GAINS)
def test_engagement_and_velocity_compare_with_peers(
    transaction: Connection,
    count: int,
    events: list[tuple[int, int, int]],
    gains: list[tuple[int, int, Any, int]],
) -> None:
    with rolled_back(transaction):
        enrollments, sections = peers(transaction, count)
        for learner, section, ago in events:
            event(
                transaction,
                enrollments[learner % count],
                sections[section],
                timedelta(minutes=ago),
            )
        made = set()
        for learner, section, percentage, ago in gains:
            if (learner % count, section) not in made:
                made.add((learner % count, section))
                enrollment = enrollments[learner % count]
                when = timedelta(minutes=ago)
                gain(transaction, enrollment, sections[section], percentage, when)
        recalculate(transaction)
        course = enrollments[0]["course_id"]
        expected = Tables(transaction).enrollment_metrics(course, AS_OF)
        for enrollment in enrollments:
            assert metrics(transaction, enrollment) == (*expected[enrollment["id"]].values(),)


def test_one_learner_has_engagement_0_and_goes_at_the_median(transaction: Connection) -> None:
    (enrollment,), sections = peers(transaction, 1)
    event(transaction, enrollment, sections[0], timedelta(1))
    gain(transaction, enrollment, sections[0], 10, timedelta(1))
    recalculate(transaction)
    assert metrics(transaction, enrollment) == (0, 1)


def test_without_activity_there_is_no_velocity(transaction: Connection) -> None:
    enrollments, _ = peers(transaction, 3)
    recalculate(transaction)
    assert [metrics(transaction, enrollment) for enrollment in enrollments] == [(0, None)] * 3


def test_a_velocity_beyond_the_column_is_null_and_one_below_is_not(
    transaction: Connection,
) -> None:
    (slow, slower, fast), sections = peers(transaction, 3)
    gain(transaction, slow, sections[0], 0.1, timedelta(1))
    gain(transaction, slower, sections[0], 0.05, timedelta(1))
    gain(transaction, fast, sections[0], 100, timedelta(1))
    recalculate(transaction)
    assert metrics(transaction, fast)[1] is None
    transaction.execute(
        "UPDATE section_progress SET status = 'in_progress', completion_percentage = 0"
    )
    recalculate(transaction)
    transaction.execute("DELETE FROM section_progress WHERE completion_percentage = 0")
    gain(transaction, slow, sections[0], 0.2, timedelta(1))
    gain(transaction, fast, sections[0], 100, timedelta(1))
    gain(transaction, slower, sections[0], 0.11, timedelta(1))
    recalculate(transaction)
    assert metrics(transaction, fast)[1] == 500


def test_the_window_is_the_30_days_up_to_the_given_time(transaction: Connection) -> None:
    (one, other), sections = peers(transaction, 2)
    days = timedelta(days=1)
    event(transaction, one, sections[0], 30 * days)
    event(transaction, other, sections[0], -timedelta(microseconds=1))
    recalculate(transaction)
    assert [metrics(transaction, row)[0] for row in (one, other)] == [0, 0]
    event(transaction, one, sections[0], 30 * days - timedelta(microseconds=1))
    recalculate(transaction)
    assert [metrics(transaction, row)[0] for row in (one, other)] == [1, 0]
    event(transaction, other, sections[0], 0 * days)
    recalculate(transaction)
    assert [metrics(transaction, row)[0] for row in (one, other)] == [0, 0]


def test_days_of_activity_are_those_of_utc(transaction: Connection) -> None:
    (one, other), sections = peers(transaction, 2)
    hours = timedelta(hours=1)
    for ago in (2 * hours, 11 * hours):  # one day in UTC, two in Tokyo
        event(transaction, one, sections[0], ago)
    for ago in (12 * hours, 13 * hours):  # two days in UTC, one in Tokyo
        event(transaction, other, sections[0], ago)
    transaction.execute("SET LOCAL timezone = 'Asia/Tokyo'")
    recalculate(transaction)
    assert [metrics(transaction, row)[0] for row in (one, other)] == [0, Decimal("0.33")]


def test_one_time_holds_for_all_enrollments_of_a_course(transaction: Connection) -> None:
    """Else a value that happens to stay would be told as of a time when it was another."""
    (one, other), sections = peers(transaction, 2)
    event(transaction, one, sections[0], timedelta(1))
    recalculate(transaction, AS_OF)
    later = AS_OF + timedelta(hours=1)
    # arrives late, and has left the window by then
    event(transaction, other, sections[0], timedelta(days=30, minutes=-1))
    assert recalculate(transaction, later) == 0
    assert column(transaction, "SELECT metrics_as_of FROM educational_courses") == [later]
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []


def test_what_does_not_differ_is_not_written_and_not_counted(transaction: Connection) -> None:
    enrollments, sections = peers(transaction, 2)
    event(transaction, enrollments[0], sections[0], timedelta(1))
    assert recalculate(transaction) == 3  # the course and both enrollments
    rows = "SELECT ctid::text FROM course_enrollments ORDER BY 1"
    before = column(transaction, rows)
    assert recalculate(transaction) == 0
    assert recalculate(transaction, AS_OF + timedelta(hours=1)) == 0
    assert column(transaction, rows) == before


def test_one_course_can_be_recalculated_alone(transaction: Connection) -> None:
    for _ in range(2):
        enrollment = add(transaction, "course_enrollments")
        add(transaction, "educational_assessments", course_id=enrollment["course_id"])
    assert (
        scalar(
            transaction, "SELECT recalculate_course_metrics(%s, %s)", enrollment["course_id"], AS_OF
        )
        == 2
    )
    assert sorted(column(transaction, "SELECT enrollment_count FROM educational_courses")) == [0, 1]
    assert scalar(transaction, "SELECT recalculate_course_metrics(%s)", NOBODY) == 0


def test_a_time_of_null_is_refused(transaction: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        transaction.execute("SELECT recalculate_course_metrics(NULL, NULL)")


def test_odd_courses_never_abort_a_recalculation(transaction: Connection) -> None:
    questions = [{"id": name, "points": points} for name, points in (("a", 1), ("b", 1e-11))]
    odd: list[list[dict[str, Any]]] = [
        [],
        [{"question_id": "a", "points": -5}],
        [{"question_id": "a", "points": 2147483647}, {"question_id": "b", "points": 2147483647}],
        [{"question_id": "a", "points": 1e-300}, {"question_id": "c", "points": 1}],
    ]
    for kind in ("diagnostic", "summative"):
        enrollments, _ = peers(transaction, 4)
        for points in (questions, []):
            test = add(
                transaction,
                "educational_assessments",
                course_id=enrollments[0]["course_id"],
                questions=points,
                assessment_type=kind,
                weight_in_course=0,
            )
            for enrollment, responses in zip(enrollments, odd, strict=True):
                attempt(
                    transaction, test, 10, learner_id=enrollment["learner_id"], responses=responses
                )
    assert recalculate(transaction) > 0
    # but for points that no question gives, which only people can mend
    found = "SELECT * FROM check_derived_columns() WHERE column_name NOT IN ('responses', 'score')"
    assert transaction.execute(found.encode()).fetchall() == []


def test_a_recalculation_waits_for_a_writer_and_loses_nothing(database: str) -> None:
    with connections(database, 2) as (one, other):
        enrollments, sections = peers(one, 2)
        event(one, enrollments[0], sections[0], timedelta(1))
        one.commit()
        gain(one, enrollments[0], sections[0], 50, timedelta(1))
        with waiting(database, other, lambda: recalculate(other), one) as second:
            one.commit()
            second.result()
        other.commit()
        assert one.execute(
            "SELECT overall_progress, engagement_score FROM course_enrollments WHERE id = %s",
            (enrollments[0]["id"],),
        ).fetchone() == (Decimal("12.50"), 1)
