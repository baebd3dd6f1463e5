"""Completed needs its date, and the date needs completed."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from support.derived import AS_OF
from support.rows import Connection, add, column, read, scalar

CASES = [
    ("course_enrollments", "completion_status", "completion_date", "completed"),
    ("section_progress", "status", "completion_timestamp", "completed"),
    ("section_progress", "status", "completion_timestamp", "mastered"),
]


@pytest.mark.parametrize(("table", "status", "date", "done"), CASES)
class TestCompletion:
    def test_the_date_is_filled_when_left_out(
        self, transaction: Connection, table: str, status: str, date: str, done: str
    ) -> None:
        now = scalar(transaction, "SELECT now()")
        assert add(transaction, table, **{status: done})[date] == now
        percentage = {"completion_percentage": 100} if table == "section_progress" else {}
        row = add(transaction, table, **percentage)
        transaction.execute(f"UPDATE {table} SET {status} = %s WHERE id = %s", (done, row["id"]))
        assert column(transaction, f"SELECT DISTINCT {date} FROM {table}") == [now]

    def test_a_date_that_is_given_stays(
        self, transaction: Connection, table: str, status: str, date: str, done: str
    ) -> None:
        assert add(transaction, table, **{status: done, date: AS_OF})[date] == AS_OF
        transaction.execute(f"UPDATE {table} SET {status} = %s", (done,))
        assert read(transaction, table)[0][date] == AS_OF

    def test_a_date_without_completion_is_rejected(
        self, transaction: Connection, table: str, status: str, date: str, done: str
    ) -> None:
        assert_rejected(transaction, table, f"INSERT {date}", {date: AS_OF, status: "in_progress"})
        add(transaction, table, **{status: done})
        with pytest.raises(psycopg.errors.CheckViolation) as error:
            transaction.execute(
                f"UPDATE {table} SET {status} = 'in_progress', {date} = {date} + interval '1 day'"
            )
        assert error.value.diag.constraint_name == f"{table}_completion_check"

    @pytest.mark.parametrize("cleared", ["", ", {date} = NULL", ", {date} = {date}"])
    def test_a_completion_that_is_taken_back_takes_its_date_along(
        self,
        transaction: Connection,
        table: str,
        status: str,
        date: str,
        done: str,
        cleared: str,
    ) -> None:
        add(transaction, table, **{status: done})
        transaction.execute(
            f"UPDATE {table} SET {status} = 'in_progress'{cleared.format(date=date)}"
        )
        assert read(transaction, table)[0][date] is None
        transaction.execute(f"UPDATE {table} SET {status} = %s", (done,))
        assert read(transaction, table)[0][date] == scalar(transaction, "SELECT now()")


def assert_rejected(connection: Connection, table: str, _what: str, values: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as error, connection.transaction():
        add(connection, table, **values)
    assert error.value.diag.constraint_name == f"{table}_completion_check"


def test_a_bulk_load_dates_a_completion_by_its_event(transaction: Connection) -> None:
    transaction.execute("SET LOCAL lms_schema.progress_time = 'event'")
    row = add(
        transaction,
        "section_progress",
        status="completed",
        completion_percentage=100,
        last_accessed=AS_OF,
    )
    assert row["completion_timestamp"] == AS_OF
    assert column(transaction, "SELECT changed_at FROM section_progress_history") == [AS_OF]
    undated = add(transaction, "section_progress", status="mastered")
    assert undated["completion_timestamp"] == scalar(transaction, "SELECT now()")
