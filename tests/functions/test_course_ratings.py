"""Mean and number of a course's ratings, kept by triggers."""

from __future__ import annotations

import uuid
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.derived import rounded
from support.properties import examples
from support.race import connections, waiting
from support.rows import Connection, add, bypass_triggers, rolled_back, scalar


def shown(connection: Connection, course: uuid.UUID) -> tuple[Any, ...]:
    row = connection.execute(
        "SELECT average_rating, rating_count FROM educational_courses WHERE id = %s", (course,)
    ).fetchone()
    assert row
    return row


def rate(connection: Connection, course: uuid.UUID, *ratings: int) -> None:
    for rating in ratings:
        add(connection, "course_ratings", course_id=course, rating=rating)


def faults(connection: Connection) -> set[str]:
    rows = connection.execute("SELECT column_name FROM check_derived_columns()").fetchall()
    return {name for (name,) in rows if "rating" in name}


@examples(30)
@given(
    st.lists(st.integers(1, 5), max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from([None, 1, 2, 5])), max_size=4),
)
def test_the_mean_follows_what_is_added_changed_and_taken_back(
    transaction: Connection, ratings: list[int], changes: list[tuple[int, int | None]]
) -> None:
    with rolled_back(transaction):
        course = add(transaction, "educational_courses")["id"]
        left = {
            add(transaction, "course_ratings", course_id=course, rating=rating)[
                "learner_id"
            ]: rating
            for rating in ratings
        }
        for number, rating in changes:
            who = list(left)[number : number + 2]
            if rating is None:
                transaction.execute("DELETE FROM course_ratings WHERE learner_id = ANY(%s)", (who,))
                left = {key: value for key, value in left.items() if key not in who}
            else:
                transaction.execute(
                    "UPDATE course_ratings SET rating = %s WHERE learner_id = ANY(%s)",
                    (rating, who),
                )
                left |= dict.fromkeys(who, rating)
        mean = rounded(Fraction(sum(left.values()), len(left))) if left else None
        assert shown(transaction, course) == (mean, len(left))
        assert faults(transaction) == set()


def test_without_ratings_the_mean_is_the_applications(transaction: Connection) -> None:
    course = add(transaction, "educational_courses", average_rating=4.5, rating_count=7)["id"]
    assert shown(transaction, course) == (Decimal("4.5"), 0)
    transaction.execute("UPDATE educational_courses SET average_rating = 0.5")
    assert shown(transaction, course) == (Decimal("0.5"), 0)
    assert faults(transaction) == set()
    rate(transaction, course, 2)
    assert shown(transaction, course) == (2, 1)
    transaction.execute("DELETE FROM course_ratings")
    assert shown(transaction, course) == (None, 0)


FALSE = "(average_rating, rating_count, rating_sum) = (5, 9, 45)"


@pytest.mark.parametrize(
    "write",
    [
        f"UPDATE educational_courses SET {FALSE}",
        f"UPDATE educational_courses SET {FALSE}, ratings_version = ratings_version + 1",
        "UPDATE educational_courses SET rating_sum = NULL, average_rating = 5, rating_count = 9",
    ],
)
def test_what_an_application_writes_is_brought_back(transaction: Connection, write: str) -> None:
    course = add(transaction, "educational_courses")["id"]
    rate(transaction, course, 1, 2)
    transaction.execute(write.encode())
    assert shown(transaction, course) == (Decimal("1.5"), 2)
    assert faults(transaction) == set()


def test_a_truncate_is_followed(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    rate(transaction, course, 1, 2)
    transaction.execute("TRUNCATE course_ratings")
    assert shown(transaction, course) == (None, 0)


def test_a_rating_stays_when_the_learner_leaves_and_goes_with_the_learner(
    transaction: Connection,
) -> None:
    course = add(transaction, "educational_courses")["id"]
    rate(transaction, course, 1, 2)
    transaction.execute("DELETE FROM course_enrollments")
    assert shown(transaction, course) == (Decimal("1.5"), 2)
    transaction.execute("DELETE FROM learners")
    assert shown(transaction, course) == (None, 0)


def test_rebuilding_mends_the_mean(transaction: Connection) -> None:
    course = add(transaction, "educational_courses")["id"]
    rate(transaction, course, 1, 2)
    bypass_triggers(transaction, f"UPDATE educational_courses SET {FALSE}")
    assert faults(transaction) == {"average_rating", "rating_count", "rating_sum"}
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", course) > 0
    assert shown(transaction, course) == (Decimal("1.5"), 2)
    assert scalar(transaction, "SELECT rebuild_derived_columns(%s)", course) == 0


@pytest.mark.concurrency
def test_who_rates_waits_for_who_unenrolls_them(database: str) -> None:
    with connections(database, 2) as (registrar, learner):
        enrolled = add(registrar, "course_enrollments")
        registrar.commit()
        registrar.execute("DELETE FROM course_enrollments")

        def rate_it() -> str | None:
            try:
                add(
                    learner,
                    "course_ratings",
                    learner_id=enrolled["learner_id"],
                    course_id=enrolled["course_id"],
                )
            except Exception as error:  # noqa: BLE001 (its text is the result)
                return str(error)
            return None

        with waiting(database, learner, rate_it, registrar) as result:
            registrar.commit()
            assert "without an enrollment in it" in str(result.result())
