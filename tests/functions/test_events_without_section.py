"""Course views and logins: events of a course or of none, which count in no section's figures."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.rows import Connection, Row, add, column, read, rolled_back, scalar


@pytest.fixture
def enrollment(transaction: Connection) -> Row:
    section = add(transaction, "learning_sections")
    return add(transaction, "course_enrollments", course_id=section["course_id"])


def record(connection: Connection, enrollment: Row, **values: Any) -> uuid.UUID:
    named = "".join(f", p_{name} => %s" for name in values)
    found: uuid.UUID = scalar(
        connection,
        f"SELECT record_interaction(%s, NULL, 'navigation'{named})",
        enrollment["learner_id"],
        *values.values(),
    )
    return found


def test_an_event_of_a_course_or_of_none_is_stored_and_starts_no_section(
    transaction: Connection, enrollment: Row
) -> None:
    record(transaction, enrollment, course_id=enrollment["course_id"])
    record(transaction, enrollment)
    places = [
        (row["section_id"], row["course_id"]) for row in read(transaction, "learning_interactions")
    ]
    assert sorted(places, key=str) == [(None, None), (None, enrollment["course_id"])]
    assert read(transaction, "section_progress") == []
    assert column(transaction, "SELECT last_accessed FROM course_enrollments") == [None]


def test_a_batch_may_hold_events_with_and_without_a_section(
    transaction: Connection, enrollment: Row
) -> None:
    learner, course = str(enrollment["learner_id"]), str(enrollment["course_id"])
    section = str(scalar(transaction, "SELECT id FROM learning_sections"))
    places = [
        {"section_id": section},
        {"section_id": section, "course_id": course},
        {"course_id": course},
        {},
    ]
    events = [{"learner_id": learner, "interaction_type": "discussion"} | place for place in places]
    assert scalar(transaction, "SELECT record_interactions(%s)", Jsonb(events)) == 4
    assert column(transaction, "SELECT interaction_count FROM section_progress") == [2]
    courses = column(transaction, "SELECT course_id FROM learning_interactions ORDER BY 1")
    assert courses == [enrollment["course_id"]] * 3 + [None]


def test_a_course_that_does_not_exist_is_refused(transaction: Connection, enrollment: Row) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation), rolled_back(transaction):
        record(transaction, enrollment, course_id=uuid.uuid4())


def test_they_count_in_the_figures_of_course_and_learner(
    transaction: Connection, enrollment: Row
) -> None:
    other = add(transaction, "course_enrollments", course_id=enrollment["course_id"])
    record(transaction, enrollment, course_id=enrollment["course_id"])
    record(transaction, other)
    transaction.execute("SELECT recalculate_course_metrics(), refresh_learning_analytics()")
    scores = {row["id"]: row["engagement_score"] for row in read(transaction, "course_enrollments")}
    assert scores[enrollment["id"]] > scores[other["id"]] == 0
    types = column(transaction, "SELECT preferred_interaction_type FROM learner_progress_analytics")
    assert types == ["navigation", "navigation"]
    active = column(
        transaction,
        "SELECT learner_id FROM at_risk_learners(%s, now() + interval '8 days')"
        " WHERE last_activity IS NOT NULL",
        enrollment["course_id"],
    )
    assert active == [enrollment["learner_id"]]
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == []
    assert transaction.execute("SELECT * FROM check_learning_analytics()").fetchall() == []


def test_a_course_takes_its_events_along_when_it_goes(
    transaction: Connection, enrollment: Row
) -> None:
    record(transaction, enrollment, course_id=enrollment["course_id"])
    kept = record(transaction, enrollment)
    transaction.execute("DELETE FROM educational_courses")
    assert column(transaction, "SELECT id FROM learning_interactions") == [kept]
    assert column(transaction, "SELECT id FROM interaction_times") == [kept]


@pytest.mark.parametrize(
    ("time", "hint"),
    [
        ("-infinity", "leave the time out"),
        ("infinity", "leave the time out"),
        ("2990-01-01Z", "clock"),
    ],
)
def test_a_time_that_cannot_be_stored_is_refused_with_what_to_do(
    transaction: Connection, enrollment: Row, time: str, hint: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as error, rolled_back(transaction):
        record(transaction, enrollment, timestamp=time)
    assert hint in (error.value.diag.message_hint or "")
