"""calculate_learning_velocity: points of percent gained per day."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support import oracle
from support.properties import examples
from support.rows import NOBODY, Connection, Row, add, column, rolled_back, scalar
from support.world import DAY, START, TIMES, World, place, worlds

MICROSECOND = timedelta(microseconds=1)


def velocity(connection: Connection, *arguments: Any) -> Decimal:
    names = ("p_learner_id", "p_course_id", "p_timeframe_days", "p_as_of")[: len(arguments)]
    given_by_name = ", ".join(f"{name} => %s" for name in names)
    found = scalar(connection, f"SELECT calculate_learning_velocity({given_by_name})", *arguments)
    assert isinstance(found, Decimal)
    return found


def progress_at(connection: Connection, *steps: tuple[datetime, int]) -> Row:
    """The progress of a learner in a section, through percentages at times."""
    connection.execute("SET LOCAL lms_schema.progress_time = 'event'")
    row = add(connection, "section_progress")
    for time, percentage in steps:
        connection.execute(
            "UPDATE section_progress SET completion_percentage = %s, last_accessed = %s"
            " WHERE id = %s",
            (percentage, time, row["id"]),
        )
    return row


@examples(80)
@given(world=worlds(), days=st.integers(-2, 70), as_of=TIMES, data=st.data())
def test_velocity_is_what_python_computes_from_the_changes_that_were_made(
    transaction: Connection, world: World, days: int, as_of: datetime, data: st.DataObject
) -> None:
    # the edges of the window too: exactly at a change, and exactly the days after one
    if data.draw(st.booleans()) and world.changes:
        change = data.draw(st.sampled_from(world.changes))
        as_of = change.time + data.draw(st.sampled_from([0, max(days, 1)])) * DAY
    pairs = list(product(world.ids("learners"), world.ids("educational_courses")))
    with rolled_back(transaction):
        place(transaction, world)
        computed = [velocity(transaction, *pair, days, as_of) for pair in pairs]
    assert computed == [oracle.velocity(world.changes, *pair, days, as_of) for pair in pairs]


def test_a_gain_counts_once_however_often_its_row_is_touched(transaction: Connection) -> None:
    row = progress_at(transaction, (START, 60))
    for spent in (10, 20, 30):
        transaction.execute("UPDATE section_progress SET total_time_spent = %s", (spent,))
    as_of = START + DAY
    assert velocity(transaction, row["learner_id"], row["course_id"], 30, as_of) == 2


def test_a_fall_takes_nothing_away_and_its_recovery_counts(transaction: Connection) -> None:
    row = progress_at(
        transaction, (START, 50), (START + DAY, 20), (START + 2 * DAY, 60), (START + 3 * DAY, 0)
    )
    key = (row["learner_id"], row["course_id"])
    assert velocity(transaction, *key, 10, START + 3 * DAY) == 9
    assert velocity(transaction, *key, 1, START + 2 * DAY) == 40
    assert velocity(transaction, *key, 1, START + 3 * DAY) == 40


def test_both_ends_of_the_window_belong_to_it(transaction: Connection) -> None:
    row = progress_at(transaction, (START, 50))
    key = (row["learner_id"], row["course_id"])
    assert velocity(transaction, *key, 1, START) == 50
    assert velocity(transaction, *key, 1, START + DAY) == 50
    assert velocity(transaction, *key, 1, START - MICROSECOND) == 0
    assert velocity(transaction, *key, 1, START + DAY + MICROSECOND) == 0


def test_a_day_is_24_hours_also_when_the_clocks_change(transaction: Connection) -> None:
    transaction.execute("SET TimeZone = 'Europe/Berlin'")
    changed = datetime.fromisoformat("2024-03-30T12:00:00+00:00")  # a 23-hour day follows
    row = progress_at(transaction, (changed, 50))
    key = (row["learner_id"], row["course_id"])
    assert velocity(transaction, *key, 1, changed + DAY) == 50


def test_twenty_sections_in_one_day_do_not_overflow(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    module = add(transaction, "learning_modules", course_id=course)["id"]
    learner = add(transaction, "learners")["id"]
    for _ in range(20):
        section = add(transaction, "learning_sections", module_id=module)["id"]
        add(
            transaction,
            "section_progress",
            learner_id=learner,
            section_id=section,
            course_id=course,
            completion_percentage=100,
        )
    assert velocity(transaction, learner, course, 1) == 2000


def test_the_window_is_thirty_days_up_to_now_when_left_out(transaction: Connection) -> None:
    row = add(transaction, "section_progress", completion_percentage=60)
    key = (row["learner_id"], row["course_id"])
    assert velocity(transaction, *key) == 2
    now = scalar(transaction, "SELECT now()")
    assert velocity(transaction, *key, 30, now - MICROSECOND) == 0


@pytest.mark.parametrize("days", [1, 0, -1, -(2**31)])
def test_days_below_one_are_read_as_one(transaction: Connection, days: int) -> None:
    row = progress_at(transaction, (START, 60))
    assert velocity(transaction, row["learner_id"], row["course_id"], days, START) == 60


@pytest.mark.parametrize(("days", "gain"), [(365_000, 0), (6_000, "0.02"), (2**31 - 1, 0)])
def test_very_long_windows_work(transaction: Connection, days: int, gain: str | int) -> None:
    row = progress_at(transaction, (START, 100))
    found = velocity(transaction, row["learner_id"], row["course_id"], days, START + DAY)
    assert found == Decimal(gain)


@pytest.mark.parametrize(("days", "as_of"), [(None, START), (30, None), (None, None)])
def test_null_days_or_time_raise(
    transaction: Connection, days: int | None, as_of: datetime | None
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        velocity(transaction, NOBODY, NOBODY, days, as_of)


def test_no_progress_and_unknown_learners_and_courses_have_velocity_zero(
    transaction: Connection,
) -> None:
    row = progress_at(transaction, (START, 60))
    idle = add(transaction, "section_progress")
    for learner, course in [
        (idle["learner_id"], idle["course_id"]),
        (row["learner_id"], idle["course_id"]),
        (NOBODY, row["course_id"]),
        (row["learner_id"], NOBODY),
        (None, None),
    ]:
        assert velocity(transaction, learner, course, 30, START) == 0


def test_progress_counts_for_the_course_that_its_section_is_in(transaction: Connection) -> None:
    row = progress_at(transaction, (START, 60))
    other = add(transaction, "section_progress", learner_id=row["learner_id"])
    assert velocity(transaction, row["learner_id"], other["course_id"], 30, START) == 0
    names = column(transaction, "SELECT count(*) FROM section_progress_history")
    assert names == [1]
