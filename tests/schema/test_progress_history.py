"""Every change of a percentage is kept, in order, and stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from support.rows import EARLY, Connection, add, insert, read, rolled_back, scalar

LATER = EARLY + timedelta(days=1)


def steps(connection: Connection) -> list[tuple[Any, Any]]:
    """Percentage before and after each change, in order."""
    rows = sorted(read(connection, "section_progress_history"), key=lambda row: row["id"])
    return [(row["previous_percentage"], row["percentage"]) for row in rows]


def set_percentage(connection: Connection, percentage: int) -> None:
    connection.execute("UPDATE section_progress SET completion_percentage = %s", (percentage,))


def test_changes_up_and_down_are_kept_in_order(transaction: Connection) -> None:
    add(transaction, "section_progress", completion_percentage=40)
    for percentage in (70, 10, 100):
        set_percentage(transaction, percentage)
    assert steps(transaction) == [(0, 40), (40, 70), (70, 10), (10, 100)]


def test_progress_without_a_percentage_and_updates_without_a_change_leave_no_history(
    transaction: Connection,
) -> None:
    add(transaction, "section_progress")
    transaction.execute("UPDATE section_progress SET status = 'in_progress', total_time_spent = 3")
    set_percentage(transaction, 0)
    assert steps(transaction) == []


def test_one_statement_of_many_rows_keeps_the_change_of_each(transaction: Connection) -> None:
    for percentage in (10, 20, 30):
        add(transaction, "section_progress", completion_percentage=percentage)
    transaction.execute(
        "UPDATE section_progress SET completion_percentage = completion_percentage * 2"
        " WHERE completion_percentage > 10"
    )
    assert sorted(steps(transaction)) == [(0, 10), (0, 20), (0, 30), (20, 40), (30, 60)]


def test_an_upsert_keeps_new_and_changed_rows(transaction: Connection) -> None:
    row = add(transaction, "section_progress", completion_percentage=40)
    other = add(transaction, "learning_sections")
    transaction.execute(
        "INSERT INTO section_progress"
        " (learner_id, section_id, course_id, status, completion_percentage)"
        " VALUES (%(learner)s, %(section)s, %(course)s, 'in_progress', 60),"
        " (%(learner)s, %(other)s, %(there)s, 'in_progress', 5)"
        " ON CONFLICT (learner_id, section_id)"
        " DO UPDATE SET completion_percentage = excluded.completion_percentage",
        {
            "learner": row["learner_id"],
            "section": row["section_id"],
            "course": row["course_id"],
            "other": other["id"],
            "there": other["course_id"],
        },
    )
    assert sorted(steps(transaction)) == [(0, 5), (0, 40), (40, 60)]


def test_a_change_is_stamped_with_the_time_of_its_transaction(transaction: Connection) -> None:
    add(transaction, "section_progress", completion_percentage=40, last_accessed=EARLY)
    set_percentage(transaction, 50)
    assert {row["changed_at"] for row in read(transaction, "section_progress_history")} == {
        scalar(transaction, "SELECT now()")
    }


def test_a_bulk_load_stamps_changes_with_the_time_of_the_event(transaction: Connection) -> None:
    transaction.execute("SET LOCAL lms_schema.progress_time = 'event'")
    add(transaction, "section_progress", completion_percentage=40, last_accessed=EARLY)
    transaction.execute(
        "UPDATE section_progress SET completion_percentage = 50, completion_timestamp = %s,"
        " status = 'completed'",
        (LATER,),
    )
    add(transaction, "section_progress", completion_percentage=60)
    rows = sorted(read(transaction, "section_progress_history"), key=lambda row: row["id"])
    assert [row["changed_at"] for row in rows] == [
        EARLY,
        LATER,
        scalar(transaction, "SELECT now()"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE section_progress_history SET percentage = 1",
        "UPDATE section_progress_history SET changed_at = now() WHERE false",
        "DELETE FROM section_progress_history",
    ],
)
def test_history_is_append_only(transaction: Connection, change: str) -> None:
    add(transaction, "section_progress", completion_percentage=40)
    with pytest.raises(psycopg.errors.RestrictViolation) as error, rolled_back(transaction):
        transaction.execute(change.encode())
    assert error.value.diag.table_name == "section_progress_history"
    assert steps(transaction) == [(0, 40)]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("section_progress", "id"),
        ("learners", "learner_id"),
        ("learning_sections", "section_id"),
        ("educational_courses", "course_id"),
    ],
)
def test_history_goes_with_what_it_is_about(transaction: Connection, table: str, key: str) -> None:
    row = add(transaction, "section_progress", completion_percentage=40)
    add(transaction, "section_progress", completion_percentage=50)
    transaction.execute(f"DELETE FROM {table} WHERE id = %s".encode(), (row[key],))
    assert steps(transaction) == [(0, 50)]


def test_history_follows_progress_to_another_learner(transaction: Connection) -> None:
    add(transaction, "section_progress", completion_percentage=40)
    heir = add(transaction, "learners")["id"]
    transaction.execute("UPDATE section_progress SET learner_id = %s", (heir,))
    assert [row["learner_id"] for row in read(transaction, "section_progress_history")] == [heir]
    set_percentage(transaction, 50)
    assert steps(transaction) == [(0, 40), (40, 50)]


def test_copy_keeps_history_too(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    learner = add(transaction, "learners")["id"]
    with transaction.cursor().copy(
        "COPY section_progress (learner_id, section_id, course_id, status, completion_percentage)"
        " FROM STDIN"
    ) as copy:
        copy.write_row((learner, section["id"], section["course_id"], "in_progress", 25))
    assert steps(transaction) == [(0, 25)]


def test_rows_inserted_together_start_their_history_together(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    insert(
        transaction,
        "section_progress",
        [
            {
                "learner_id": add(transaction, "learners")["id"],
                "section_id": section["id"],
                "course_id": section["course_id"],
                "status": "in_progress",
                "completion_percentage": percentage,
            }
            for percentage in (0, 10, 20)
        ],
    )
    assert sorted(steps(transaction)) == [(0, 10), (0, 20)]
