"""The one call that logs an event, and the counters that it keeps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from support.derived import AS_OF, Tables
from support.race import connections, waiting
from support.rows import NOBODY, Connection, Row, add, column, read, rolled_back, scalar

ID = uuid.UUID(int=7)


def record(connection: Connection, learner: Any, section: Any, **values: Any) -> Any:
    values = {"interaction_type": "discussion", "timestamp": AS_OF, **values}
    named = ", ".join(f"p_{name} => %s" for name in values)
    return scalar(
        connection,
        f"SELECT record_interaction(%s, %s, {named})",
        learner,
        section,
        *values.values(),
    )


@pytest.fixture
def place(transaction: Connection) -> tuple[uuid.UUID, uuid.UUID]:
    """An enrolled learner, and a section of the course."""
    section = add(transaction, "learning_sections")
    enrollment = add(transaction, "course_enrollments", course_id=section["course_id"])
    return enrollment["learner_id"], section["id"]


def only_progress(connection: Connection) -> Row:
    (row,) = read(connection, "section_progress")
    return row


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "content_view",
                "knowledge_check",
                "practice_activity",
                "reflection",
                "discussion",
                "help_request",
                "navigation",
            ]
        ),
        st.one_of(st.none(), st.integers(0, 10**6), st.just(2**31 - 1)),
        st.integers(-10000, 10000),
        st.one_of(st.none(), st.integers(1, 4)),
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(EVENTS)
def test_counters_are_those_of_the_events_and_a_rebuild_finds_them_so(
    transaction: Connection,
    place: tuple[uuid.UUID, uuid.UUID],
    events: list[tuple[str, int | None, int, int | None]],
) -> None:
    with rolled_back(transaction):
        for kind, seconds, minutes, number in events:
            record(
                transaction,
                *place,
                interaction_type=kind,
                duration_seconds=seconds,
                # the same id stands for the same event
                timestamp=AS_OF + timedelta(minutes=number or minutes),
                id=None if number is None else uuid.UUID(int=number),
            )
        tables = Tables(transaction)
        unnumbered = sum(number is None for *_, number in events)
        assert len(tables.interactions) == unnumbered + len({n for *_, n in events if n})
        (progress,) = tables.progress
        expected = tables.section_counters(progress)
        assert {name: progress[name] for name in expected} == expected
        (enrollment,) = tables.enrollments
        assert {
            name: enrollment[name] for name in ("total_time_spent", "last_accessed")
        }.items() <= tables.enrollment_progress(enrollment).items()
        course = progress["course_id"]
        assert scalar(transaction, "SELECT rebuild_section_progress(%s)", course) == 0


def test_an_event_starts_the_section_and_never_ends_it(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    learner, section = place
    add(
        transaction,
        "section_progress",
        learner_id=learner,
        section_id=section,
        status="not_started",
    )
    record(transaction, *place)
    assert only_progress(transaction)["status"] == "in_progress"
    transaction.execute(
        "UPDATE section_progress SET status = 'mastered', completion_percentage = 100"
    )
    record(transaction, *place)
    assert only_progress(transaction)["status"] == "mastered"


def test_the_same_event_twice_is_stored_and_counted_once(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    for _ in range(2):
        assert record(transaction, *place, id=ID, duration_seconds=60) == ID
    assert column(transaction, "SELECT id FROM learning_interactions") == [ID]
    row = only_progress(transaction)
    assert (row["interaction_count"], row["total_time_spent"]) == (1, 60)


def test_the_same_id_at_another_time_is_refused(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    record(transaction, *place, id=ID)
    for later in (timedelta(microseconds=1), timedelta(days=-4000)):
        with pytest.raises(psycopg.errors.UniqueViolation) as error, rolled_back(transaction):
            record(transaction, *place, id=ID, timestamp=AS_OF + later)
        assert error.value.diag.constraint_name == "learning_interactions_pkey"


def test_an_id_without_a_time_is_refused(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="p_timestamp"):
        record(transaction, *place, id=ID, timestamp=None)


def test_without_id_and_time_each_call_is_a_new_event_now(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ids = {record(transaction, *place, timestamp=None) for _ in range(2)}
    assert ids == set(column(transaction, "SELECT id FROM learning_interactions"))
    assert column(transaction, "SELECT DISTINCT timestamp = now() FROM learning_interactions") == [
        True
    ]
    assert only_progress(transaction)["interaction_count"] == 2


def test_a_late_event_moves_the_first_access_and_not_the_last(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    record(transaction, *place)
    late = AS_OF - timedelta(days=3)
    record(transaction, *place, timestamp=late)
    row = only_progress(transaction)
    assert (row["first_accessed"], row["last_accessed"]) == (late, AS_OF)


def test_all_details_of_an_event_are_stored(
    transaction: Connection, place: tuple[uuid.UUID, uuid.UUID]
) -> None:
    details: dict[str, Any] = {
        "interaction_type": "knowledge_check",
        "interaction_subtype": "quiz",
        "learning_objective": "sums",
        "bloom_taxonomy_level": "apply",
        "difficulty_level": "advanced",
        "duration_seconds": 5,
        "outcome": "partial",
        "learning_effectiveness": Decimal("0.5"),
        "device_type": "phone",
        "session_id": uuid.UUID(int=9),
        "timestamp": AS_OF,
        "id": ID,
    }
    structured: dict[str, Any] = {
        "interaction_data": {"a": 1},
        "knowledge_demonstration": [1],
        "misconception_indicators": [2],
        "personalization_data": {"b": 1},
        "difficulty_adjustment": {"c": 1},
        "learning_environment": {"d": 1},
    }
    record(
        transaction, place[0], place[1], **details, **{k: Jsonb(v) for k, v in structured.items()}
    )
    (row,) = read(transaction, "learning_interactions")
    assert {name: row[name] for name in details | structured} == details | structured


def rejections() -> Iterator[tuple[str, dict[str, Any], str, str | None]]:
    yield (
        "section",
        {"section": NOBODY},
        "23503",
        "learning_interactions_section_id_course_id_fkey",
    )
    yield (
        "other course",
        {"course_id": NOBODY},
        "23503",
        "learning_interactions_section_id_course_id_fkey",
    )
    yield (
        "infinite time",
        {"timestamp": "-infinity"},
        "23514",
        "learning_interactions_finite_times_check",
    )
    yield "learner", {"learner": NOBODY}, "23503", "learning_interactions_learner_id_fkey"
    yield "no learner", {"learner": None}, "23502", None
    yield "partition", {"timestamp": AS_OF.replace(year=2990)}, "23514", None
    yield (
        "seconds",
        {"duration_seconds": -1},
        "23514",
        "learning_interactions_duration_seconds_check",
    )


@pytest.mark.parametrize(
    ("values", "sqlstate", "constraint"),
    [case[1:] for case in rejections()],
    ids=[case[0] for case in rejections()],
)
def test_an_event_that_cannot_be_is_refused_by_name(
    transaction: Connection,
    place: tuple[uuid.UUID, uuid.UUID],
    values: dict[str, Any],
    sqlstate: str,
    constraint: str | None,
) -> None:
    given_values = {"learner": place[0], "section": place[1], **values}
    with pytest.raises(psycopg.IntegrityError) as error, rolled_back(transaction):
        record(transaction, **given_values)
    assert error.value.sqlstate == sqlstate
    assert constraint is None or (error.value.diag.constraint_name or "").endswith(constraint)
    assert read(transaction, "section_progress") == []


def prepared(connection: Connection) -> tuple[uuid.UUID, uuid.UUID]:
    section = add(connection, "learning_sections")
    enrollment = add(connection, "course_enrollments", course_id=section["course_id"])
    connection.commit()
    return enrollment["learner_id"], section["id"]


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(days=1)])
def test_the_same_id_from_two_connections_is_one_event(database: str, shift: timedelta) -> None:
    with connections(database, 2) as (one, other):
        place = prepared(one)
        record(one, *place, id=ID)

        def repeat() -> Any:
            return record(other, *place, id=ID, timestamp=AS_OF + shift)

        with waiting(database, other, repeat, one) as second:
            one.commit()
            if shift:
                with pytest.raises(psycopg.errors.UniqueViolation):
                    second.result()
            else:
                assert second.result() == ID
        other.rollback() if shift else other.commit()
        assert only_progress(one)["interaction_count"] == 1


def test_events_from_two_connections_are_both_counted(database: str) -> None:
    with connections(database, 2) as (one, other):
        place = prepared(one)
        record(one, *place, duration_seconds=60)
        with waiting(
            database, other, lambda: record(other, *place, duration_seconds=60), one
        ) as second:
            one.commit()
            second.result()
        other.commit()
        assert only_progress(one)["interaction_count"] == 2
        assert column(one, "SELECT total_time_spent FROM course_enrollments") == [2]


def test_a_rebuild_does_not_lose_an_event_that_is_logged_meanwhile(database: str) -> None:
    with connections(database, 2) as (one, other):
        place = prepared(one)
        record(one, *place)
        one.commit()
        record(one, *place)
        course = scalar(other, "SELECT id FROM educational_courses")
        with waiting(
            database,
            other,
            lambda: scalar(other, "SELECT rebuild_section_progress(%s)", course),
            one,
        ) as second:
            one.commit()
            assert second.result() == 0
        other.commit()
        assert only_progress(one)["interaction_count"] == 2
