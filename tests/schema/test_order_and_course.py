"""Modules and sections: their order can be swapped, and a section is of its module's course."""

from __future__ import annotations

import psycopg
import pytest

from support.rows import NOBODY, Connection, add, column, rolled_back, scalar


@pytest.mark.parametrize(
    ("table", "parent", "order"),
    [
        ("learning_modules", "course_id", "module_order"),
        ("learning_sections", "module_id", "section_order"),
    ],
)
class TestOrder:
    def test_two_rows_swap_places_in_one_statement(
        self, transaction: Connection, table: str, parent: str, order: str
    ) -> None:
        first = add(transaction, table, **{order: 1})
        second = add(transaction, table, **{order: 2, parent: first[parent]})
        transaction.execute(
            f"UPDATE {table} SET {order} = 3 - {order} WHERE {parent} = %s".encode(),
            (first[parent],),
        )
        swapped = column(
            transaction,
            f"SELECT id FROM {table} WHERE {parent} = '{first[parent]}' ORDER BY {order}",
        )
        assert swapped == [second["id"], first["id"]]

    def test_two_rows_swap_places_in_two_statements_when_deferred(
        self, transaction: Connection, table: str, parent: str, order: str
    ) -> None:
        first = add(transaction, table, **{order: 1})
        second = add(transaction, table, **{order: 2, parent: first[parent]})
        update = f"UPDATE {table} SET {order} = %s WHERE id = %s".encode()
        with pytest.raises(psycopg.errors.UniqueViolation), rolled_back(transaction):
            transaction.execute(update, (2, first["id"]))
        transaction.execute(f"SET CONSTRAINTS {table}_{parent}_{order}_key DEFERRED".encode())
        transaction.execute(update, (2, first["id"]))
        transaction.execute(update, (1, second["id"]))
        transaction.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_a_duplicate_left_at_the_end_is_rejected(
        self, transaction: Connection, table: str, parent: str, order: str
    ) -> None:
        first = add(transaction, table, **{order: 1})
        transaction.execute("SET CONSTRAINTS ALL DEFERRED")
        add(transaction, table, **{order: 1, parent: first[parent]})
        with pytest.raises(psycopg.errors.UniqueViolation) as error:
            transaction.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert error.value.diag.constraint_name == f"{table}_{parent}_{order}_key"


@pytest.mark.parametrize("table", ["learning_modules", "learning_sections"])
def test_on_conflict_works_when_its_target_is_named(transaction: Connection, table: str) -> None:
    row = add(transaction, table, title="before")
    copy = f"INSERT INTO {table} SELECT * FROM {table} WHERE id = %s"
    again = transaction.execute(f"{copy} ON CONFLICT (id) DO NOTHING".encode(), (row["id"],))
    assert again.rowcount == 0
    transaction.execute(
        f"{copy} ON CONFLICT (id) DO UPDATE SET title = 'after'".encode(), (row["id"],)
    )
    assert column(transaction, f"SELECT title FROM {table}") == ["after"]
    transaction.execute(f"CREATE TEMP TABLE copied AS SELECT * FROM {table}".encode())
    transaction.execute(f"DELETE FROM {table}".encode())
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):  # hence the target
        transaction.execute(
            f"INSERT INTO {table} SELECT * FROM copied ON CONFLICT DO NOTHING".encode()
        )


def test_a_section_takes_the_course_of_its_module(transaction: Connection) -> None:
    module = add(transaction, "learning_modules")
    section = add(transaction, "learning_sections", module_id=module["id"])
    assert section["course_id"] == module["course_id"]


def test_a_section_of_an_unknown_module_is_rejected(transaction: Connection) -> None:
    with pytest.raises(psycopg.IntegrityError), rolled_back(transaction):
        add(transaction, "learning_sections", module_id=NOBODY)
    course = add(transaction, "educational_courses")["id"]
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        add(transaction, "learning_sections", module_id=NOBODY, course_id=course)
    assert error.value.diag.constraint_name == "learning_sections_module_id_course_id_fkey"


@pytest.mark.parametrize("same_course", [True, False])
def test_a_section_moves_to_another_module_and_takes_its_course(
    transaction: Connection, same_course: bool
) -> None:
    section = add(transaction, "learning_sections")
    own = {"course_id": section["course_id"]} if same_course else {}
    target = add(transaction, "learning_modules", **own)
    transaction.execute(
        "UPDATE learning_sections SET module_id = %s WHERE id = %s", (target["id"], section["id"])
    )
    course = scalar(
        transaction, "SELECT course_id FROM learning_sections WHERE id = %s", section["id"]
    )
    assert course == target["course_id"]


@pytest.mark.parametrize("table", ["section_progress", "learning_interactions"])
def test_a_section_takes_progress_and_events_to_another_course(
    transaction: Connection, table: str
) -> None:
    row = add(transaction, table)
    elsewhere = add(transaction, "learning_modules")
    transaction.execute(
        "UPDATE learning_sections SET module_id = %s WHERE id = %s",
        (elsewhere["id"], row["section_id"]),
    )
    assert scalar(transaction, f"SELECT course_id FROM {table}") == elsewhere["course_id"]


def test_a_module_takes_its_sections_to_another_course(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    course = add(transaction, "educational_courses")["id"]
    transaction.execute(
        "UPDATE learning_modules SET course_id = %s WHERE id = %s", (course, section["module_id"])
    )
    assert scalar(transaction, "SELECT course_id FROM learning_sections") == course


def test_a_course_of_another_is_not_given_to_a_section_afterwards(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    course = add(transaction, "educational_courses")["id"]
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        transaction.execute(
            "UPDATE learning_sections SET course_id = %s WHERE id = %s", (course, section["id"])
        )


def test_an_assessment_takes_the_course_of_its_section(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    assessment = add(transaction, "educational_assessments", section_id=section["id"])
    assert assessment["course_id"] == section["course_id"]
    moved = add(transaction, "learning_sections")
    transaction.execute(
        "UPDATE educational_assessments SET section_id = %s, course_id = NULL", (moved["id"],)
    )
    course = scalar(transaction, "SELECT course_id FROM educational_assessments")
    assert course == moved["course_id"]


@pytest.mark.parametrize(
    ("table", "values", "culprit"),
    [
        ("learning_sections", {"module_id": NOBODY}, "module_id"),
        ("educational_assessments", {"section_id": NOBODY}, "section_id"),
    ],
)
def test_what_cannot_get_its_course_names_the_unknown_parent(
    transaction: Connection, table: str, values: dict[str, object], culprit: str
) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        add(transaction, table, course_id=None, **values)
    assert error.value.diag.column_name == culprit
