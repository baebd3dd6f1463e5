"""updated_at is the time of the last change of the row, on every table that has it."""

from __future__ import annotations

import pytest

from support.rows import EARLY, Connection, add, column, read

TABLES = [
    "educational_institutions",
    "learners",
    "educational_courses",
    "learning_modules",
    "learning_sections",
    "course_enrollments",
    "section_progress",
    "learning_sessions",
    "educational_assessments",
    "assessment_attempts",
    "course_ratings",
]
SAID = "updated_at = statement_timestamp()"


def test_the_tables_with_the_column_are_all_tried(transaction: Connection) -> None:
    assert sorted(TABLES) == column(
        transaction,
        "SELECT c.relname::text FROM pg_attribute AS a JOIN pg_class AS c ON a.attrelid = c.oid"
        " WHERE a.attname = 'updated_at' AND c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p') ORDER BY 1",
    )


@pytest.mark.parametrize("table", TABLES)
def test_a_change_of_any_column_sets_it(transaction: Connection, table: str) -> None:
    add(transaction, table, updated_at=EARLY)
    changed = column(transaction, f"UPDATE {table} SET created_at = '2000-01-02' RETURNING {SAID}")
    assert changed == [True]


@pytest.mark.parametrize("table", TABLES)
def test_an_update_that_changes_nothing_leaves_it(transaction: Connection, table: str) -> None:
    row = add(transaction, table, updated_at=EARLY)
    assignments = ", ".join(f"{name} = {name}" for name in row)
    transaction.execute(f"UPDATE {table} SET {assignments}".encode())
    assert read(transaction, table) == [row]
    assert row["updated_at"] == EARLY


@pytest.mark.parametrize("table", TABLES)
def test_a_time_given_with_a_change_is_not_taken(transaction: Connection, table: str) -> None:
    add(transaction, table)
    changed = column(transaction, f"UPDATE {table} SET updated_at = '1999-01-01' RETURNING {SAID}")
    assert changed == [True]


@pytest.mark.parametrize("table", TABLES)
def test_other_rows_keep_theirs(transaction: Connection, table: str) -> None:
    row = add(transaction, table, updated_at=EARLY)
    other = add(transaction, table, updated_at=EARLY)
    key = "id" if "id" in row else "learner_id"
    transaction.execute(
        f"UPDATE {table} SET created_at = '2000-01-02' WHERE {key} = %s".encode(), (row[key],)
    )
    assert other in read(transaction, table)


def test_progress_and_another_learner_are_changes_of_an_enrollment(
    transaction: Connection,
) -> None:
    progress = add(transaction, "section_progress")
    pair = {name: progress[name] for name in ("learner_id", "course_id")}
    add(transaction, "course_enrollments", **pair, updated_at=EARLY)
    transaction.execute("UPDATE section_progress SET total_time_spent = 60")
    changed = "SELECT updated_at > %s FROM course_enrollments"
    assert column(transaction, changed, EARLY) == [True]
    given = f"UPDATE course_enrollments SET learner_id = %s RETURNING {SAID}"
    assert column(transaction, given, add(transaction, "learners")["id"]) == [True]
