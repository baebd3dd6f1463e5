"""prerequisite_modules names modules of the same course, without a cycle, whoever changes what."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.race import connections, waiting
from support.rows import Connection, Row, add, column, read

REFERENCE = "learning_modules_prerequisite_modules_fkey"
CYCLE = "learning_modules_prerequisite_cycle_check"


@pytest.fixture(autouse=True)
def _a_search_that_never_ends_fails(transaction: Connection) -> None:
    transaction.execute("SET LOCAL statement_timeout = '20s'")


def modules(connection: Connection, count: int) -> list[Row]:
    course = add(connection, "educational_courses")["id"]
    return [add(connection, "learning_modules", course_id=course) for _ in range(count)]


def require(connection: Connection, module: Row, *required: Row) -> None:
    connection.execute(
        "UPDATE learning_modules SET prerequisite_modules = %s WHERE id = %s",
        (Jsonb([str(each["id"]) for each in required]), module["id"]),
    )


def chain(connection: Connection, members: list[Row]) -> None:
    for later, earlier in zip(members[1:], members, strict=False):
        require(connection, later, earlier)


@pytest.mark.parametrize("length", [1, 2, 3, 25])
def test_a_cycle_of_any_length_is_rejected(transaction: Connection, length: int) -> None:
    members = modules(transaction, length)
    chain(transaction, members)
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        require(transaction, members[0], members[-1])
    assert error.value.diag.constraint_name == CYCLE
    assert str(members[-1]["id"]) in str(error.value)


def test_a_diamond_is_no_cycle_until_it_is_closed(transaction: Connection) -> None:
    start, left, right, end = modules(transaction, 4)
    require(transaction, left, start)
    require(transaction, right, start)
    require(transaction, end, left, right)
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        require(transaction, start, end)
    assert error.value.diag.constraint_name == CYCLE


def test_many_diamonds_in_a_row_are_followed_once_each(transaction: Connection) -> None:
    # 2 to the power of 30 paths
    joints = modules(transaction, 91)
    for start in range(0, 90, 3):
        before, left, right, after = joints[start : start + 4]
        require(transaction, left, before)
        require(transaction, right, before)
        require(transaction, after, left, right)
    with pytest.raises(psycopg.errors.CheckViolation):
        require(transaction, joints[0], joints[-1])


def test_a_cycle_may_be_turned_round_in_two_steps(transaction: Connection) -> None:
    first, second = modules(transaction, 2)
    require(transaction, second, first)
    require(transaction, second)
    require(transaction, first, second)


def test_a_row_that_requires_itself_cannot_be_inserted(transaction: Connection) -> None:
    own = uuid.uuid4()
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        add(transaction, "learning_modules", id=own, prerequisite_modules=[str(own)])
    assert error.value.diag.constraint_name == CYCLE


def test_a_module_of_another_course_cannot_be_required(transaction: Connection) -> None:
    module = modules(transaction, 1)[0]
    foreign = modules(transaction, 1)[0]
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        require(transaction, module, foreign)
    assert error.value.diag.constraint_name == REFERENCE
    assert str(foreign["id"]) in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM learning_modules WHERE id = %(required)s",
        "UPDATE learning_modules SET course_id = %(course)s WHERE id = %(required)s",
        "UPDATE learning_modules SET id = gen_random_uuid() WHERE id = %(required)s",
    ],
)
def test_a_required_module_does_not_go_away(transaction: Connection, change: str) -> None:
    required, requiring = modules(transaction, 2)
    course = add(transaction, "educational_courses")["id"]
    require(transaction, requiring, required)
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        transaction.execute(change.encode(), {"required": required["id"], "course": course})
    assert error.value.diag.constraint_name == REFERENCE
    assert str(requiring["id"]) in str(error.value)


def test_a_module_that_requires_others_does_not_leave_them(transaction: Connection) -> None:
    required, requiring = modules(transaction, 2)
    course = add(transaction, "educational_courses")["id"]
    require(transaction, requiring, required)
    with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
        transaction.execute(
            "UPDATE learning_modules SET course_id = %s WHERE id = %s", (course, requiring["id"])
        )
    assert error.value.diag.constraint_name == REFERENCE


def test_modules_that_require_each_other_move_together(transaction: Connection) -> None:
    required, requiring = modules(transaction, 2)
    course = add(transaction, "educational_courses")["id"]
    require(transaction, requiring, required)
    transaction.execute("UPDATE learning_modules SET course_id = %s", (course,))


def test_modules_that_require_each_other_go_together(transaction: Connection) -> None:
    members = modules(transaction, 3)
    chain(transaction, members)
    transaction.execute(
        "DELETE FROM learning_modules WHERE id = ANY(%s)", ([each["id"] for each in members[1:]],)
    )
    assert [left["id"] for left in read(transaction, "learning_modules")] == [members[0]["id"]]


def test_a_whole_course_is_deleted_with_its_prerequisites(transaction: Connection) -> None:
    members = modules(transaction, 3)
    chain(transaction, members)
    add(transaction, "learning_sections", module_id=members[0]["id"])
    transaction.execute("DELETE FROM educational_courses WHERE id = %s", (members[0]["course_id"],))
    assert read(transaction, "learning_modules") == []
    assert read(transaction, "learning_sections") == []


def test_two_transactions_do_not_close_a_cycle_together(
    connection: Connection, database: str
) -> None:
    first, second = modules(connection, 2)
    with connections(database, 2) as (one, other):
        require(one, first, second)
        with waiting(database, other, lambda: require(other, second, first), one) as outcome:
            one.commit()
            with pytest.raises(psycopg.errors.CheckViolation) as error:
                outcome.result()
    assert error.value.diag.constraint_name == CYCLE


def test_a_module_being_required_is_not_deleted_meanwhile(
    connection: Connection, database: str
) -> None:
    required, requiring = modules(connection, 2)
    delete = "DELETE FROM learning_modules WHERE id = %s"
    with connections(database, 2) as (one, other):
        require(one, requiring, required)
        with waiting(
            database, other, lambda: other.execute(delete, (required["id"],)), one
        ) as outcome:
            one.commit()
            with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
                outcome.result()
    assert error.value.diag.constraint_name == REFERENCE


def test_a_module_being_deleted_is_not_required_meanwhile(
    connection: Connection, database: str
) -> None:
    required, requiring = modules(connection, 2)
    with connections(database, 2) as (one, other):
        one.execute("DELETE FROM learning_modules WHERE id = %s", (required["id"],))
        with waiting(database, other, lambda: require(other, requiring, required), one) as outcome:
            one.commit()
            with pytest.raises(psycopg.errors.ForeignKeyViolation) as error:
                outcome.result()
    assert error.value.diag.constraint_name == REFERENCE


def test_an_id_is_a_uuid_in_letters_of_any_case(transaction: Connection) -> None:
    required, requiring = modules(transaction, 2)
    for text in (f"{{{required['id']}}}", f" {required['id']}", str(required["id"])[:-1]):
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation),
            transaction.transaction(force_rollback=True),
        ):
            transaction.execute(
                "UPDATE learning_modules SET prerequisite_modules = %s WHERE id = %s",
                (Jsonb([text]), requiring["id"]),
            )
    require(transaction, requiring, required, required)
    stored = column(
        transaction,
        "SELECT prerequisite_modules FROM learning_modules WHERE id = %s",
        requiring["id"],
    )
    assert stored == [[str(required["id"])] * 2]


def test_a_reference_in_capitals_counts_like_any_other(transaction: Connection) -> None:
    required, requiring = modules(transaction, 2)
    transaction.execute(
        "UPDATE learning_modules SET prerequisite_modules = %s WHERE id = %s",
        (Jsonb([str(required["id"]).upper()]), requiring["id"]),
    )
    with pytest.raises(psycopg.errors.CheckViolation), transaction.transaction():
        require(transaction, required, requiring)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        transaction.execute("DELETE FROM learning_modules WHERE id = %s", (required["id"],))
