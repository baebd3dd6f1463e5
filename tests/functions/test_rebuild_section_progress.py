"""rebuild_section_progress: the counters of progress, from the events alone."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from hypothesis import given

from support import oracle
from support.properties import examples
from support.rows import NOBODY, Connection, Row, add, read, rolled_back, scalar
from support.world import World, place, worlds

Progress = dict[tuple[uuid.UUID, uuid.UUID], Row]


def rebuild(connection: Connection, course: uuid.UUID | None) -> int:
    written = scalar(connection, "SELECT rebuild_section_progress(%s)", course)
    assert isinstance(written, int)
    return written


def progress(connection: Connection, course: uuid.UUID | None = None) -> Progress:
    return {
        (row["learner_id"], row["section_id"]): row
        for row in read(connection, "section_progress")
        if course in (None, row["course_id"])
    }


@examples(80)
@given(world=worlds())
def test_counters_are_what_python_counts_and_nothing_else_changes(
    transaction: Connection, world: World
) -> None:
    course, *others = world.ids("educational_courses")
    with rolled_back(transaction):
        place(transaction, world)
        before = progress(transaction)
        expected = oracle.counted_progress(oracle.tables(transaction), course)
        written = rebuild(transaction, course)
        after = progress(transaction)
        assert rebuild(transaction, course) == 0
        assert progress(transaction) == after
    assert {key for key, row in after.items() if row["course_id"] == course} == expected.keys()
    wrong = 0
    for key, counted in expected.items():
        assert {name: after[key][name] for name in counted} == counted
        if key not in before:
            assert after[key]["status"] == "in_progress"
            assert after[key]["completion_percentage"] == 0
            wrong += 1
            continue
        kept = before[key].keys() - counted.keys() - {"updated_at", "measures_version"}
        assert {name: after[key][name] for name in kept} == {
            name: before[key][name] for name in kept
        }
        unchanged = counted == {name: before[key][name] for name in counted}
        assert (after[key] == before[key]) or not unchanged
        wrong += not unchanged
    assert written == wrong
    for key, row in before.items():
        if row["course_id"] in others:
            assert after[key] == row


def test_a_counter_without_any_event_is_set_to_nothing(transaction: Connection) -> None:
    row = add(
        transaction,
        "section_progress",
        total_time_spent=500,
        help_requests=2,
        completion_percentage=30,
        status="completed",
    )
    assert rebuild(transaction, row["course_id"]) == 1
    (after,) = progress(transaction).values()
    assert (after["total_time_spent"], after["help_requests"]) == (0, 0)
    assert (after["completion_percentage"], after["status"]) == (30, "completed")


def test_counting_leaves_no_trace_in_the_history(transaction: Connection) -> None:
    event = add(transaction, "learning_interactions")
    assert rebuild(transaction, event["course_id"]) == 1
    assert read(transaction, "section_progress_history") == []


def test_an_unknown_course_writes_nothing_and_null_raises(transaction: Connection) -> None:
    add(transaction, "learning_interactions")
    assert rebuild(transaction, NOBODY) == 0
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        rebuild(transaction, None)


def test_who_has_events_of_the_course_alone_has_begun_it(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    expected = {}
    for status, is_active in (("enrolled", True), ("enrolled", False), ("withdrawn", True)):
        enrollment = add(
            transaction, "course_enrollments", course_id=course, completion_status=status
        )
        if is_active:
            add(
                transaction,
                "learning_interactions",
                learner_id=enrollment["learner_id"],
                course_id=course,
                section_id=None,
            )
        begins = is_active and status == "enrolled"
        expected[enrollment["id"]] = "in_progress" if begins else status
    assert rebuild(transaction, course) == 0
    after = read(transaction, "course_enrollments")
    assert {row["id"]: row["completion_status"] for row in after} == expected
