"""Learner and course of an enrollment are of one institution, whichever of them changes."""

from __future__ import annotations

import psycopg
import pytest

from support.race import connections, waiting
from support.rows import Connection, Row, add, read, scalar

CONSTRAINT = "course_enrollments_institution_check"
OWNERS = ["learners", "educational_courses"]


def pair(connection: Connection) -> tuple[Row, Row, Row]:
    """A learner and a course of one institution, and another institution."""
    here = add(connection, "educational_institutions", name="here")
    there = add(connection, "educational_institutions", name="there")
    learner = add(connection, "learners", institution_id=here["id"])
    course = add(connection, "educational_courses", institution_id=here["id"])
    return learner, course, there


def move(connection: Connection, owner: str, row: Row, institution: object) -> None:
    connection.execute(
        f"UPDATE {owner} SET institution_id = %s WHERE id = %s".encode(), (institution, row["id"])
    )


@pytest.mark.parametrize("owner", OWNERS)
def test_neither_leaves_the_institution_while_enrolled(transaction: Connection, owner: str) -> None:
    learner, course, there = pair(transaction)
    add(transaction, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
    row = learner if owner == "learners" else course
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        move(transaction, owner, row, there["id"])
    assert error.value.diag.constraint_name == CONSTRAINT
    assert str(learner["id"]) in str(error.value)
    assert str(course["id"]) in str(error.value)


@pytest.mark.parametrize("owner", OWNERS)
def test_either_may_become_independent_while_enrolled_and_not_join_another(
    transaction: Connection, owner: str
) -> None:
    learner, course, there = pair(transaction)
    add(transaction, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
    row = learner if owner == "learners" else course
    move(transaction, owner, row, None)
    with pytest.raises(psycopg.errors.CheckViolation):
        move(transaction, owner, row, there["id"])


@pytest.mark.parametrize("owner", OWNERS)
def test_either_moves_while_not_enrolled(transaction: Connection, owner: str) -> None:
    learner, course, there = pair(transaction)
    move(transaction, owner, learner if owner == "learners" else course, there["id"])


@pytest.mark.parametrize("name", ["learner_id", "course_id"])
def test_an_enrollment_does_not_move_to_another_institution(
    transaction: Connection, name: str
) -> None:
    learner, course, there = pair(transaction)
    add(transaction, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
    table = "learners" if name == "learner_id" else "educational_courses"
    foreign = add(transaction, table, institution_id=there["id"])
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        transaction.execute(f"UPDATE course_enrollments SET {name} = %s".encode(), (foreign["id"],))
    assert error.value.diag.constraint_name == CONSTRAINT


@pytest.mark.parametrize("place", ["course", "section"])
def test_an_assessment_does_not_move_to_another_institution_with_attempts_of_this_one(
    transaction: Connection, place: str
) -> None:
    learner, course, there = pair(transaction)
    courses = [
        course,
        add(transaction, "educational_courses", institution_id=learner["institution_id"]),
        add(transaction, "educational_courses", institution_id=None),
        add(transaction, "educational_courses", institution_id=there["id"]),
    ]
    modules = [
        add(transaction, "learning_modules", course_id=course["id"])["id"] for course in courses
    ]
    section = add(transaction, "learning_sections", module_id=modules[0])["id"]
    of_section = {"section_id": section} if place == "section" else {}
    assessment = add(transaction, "educational_assessments", course_id=course["id"], **of_section)[
        "id"
    ]
    add(
        transaction,
        "assessment_attempts",
        learner_id=learner["id"],
        assessment_id=assessment,
    )

    def move_it(number: int) -> None:
        if place == "section":
            change = ("learning_sections SET module_id", modules[number], section)
        else:
            change = ("educational_assessments SET course_id", courses[number]["id"], assessment)
        transaction.execute(f"UPDATE {change[0]} = %s WHERE id = %s".encode(), change[1:])

    move_it(1)
    move_it(2)
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        move_it(3)
    assert error.value.diag.constraint_name == "assessment_attempts_institution_check"
    assert str(learner["id"]) in str(error.value)


def test_learner_and_course_move_together_when_deferred(transaction: Connection) -> None:
    learner, course, there = pair(transaction)
    add(transaction, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
    transaction.execute("SET CONSTRAINTS ALL DEFERRED")
    move(transaction, "learners", learner, there["id"])
    move(transaction, "educational_courses", course, there["id"])
    transaction.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("owner", OWNERS)
def test_a_move_waits_for_an_uncommitted_enrollment_and_is_then_rejected(
    connection: Connection, database: str, owner: str
) -> None:
    learner, course, there = pair(connection)
    row = learner if owner == "learners" else course
    with connections(database, 2) as (enrolling, moving):
        add(enrolling, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
        with waiting(
            database, moving, lambda: move(moving, owner, row, there["id"]), enrolling
        ) as outcome:
            enrolling.commit()
            with pytest.raises(psycopg.errors.CheckViolation) as error:
                outcome.result()
    assert error.value.diag.constraint_name == CONSTRAINT


@pytest.mark.parametrize("owner", OWNERS)
def test_an_enrollment_waits_for_an_uncommitted_move_and_is_then_rejected(
    connection: Connection, database: str, owner: str
) -> None:
    learner, course, there = pair(connection)
    row = learner if owner == "learners" else course
    with connections(database, 2) as (moving, enrolling):
        move(moving, owner, row, there["id"])
        with waiting(
            database,
            enrolling,
            lambda: add(
                enrolling,
                "course_enrollments",
                learner_id=learner["id"],
                course_id=course["id"],
            ),
            moving,
        ) as outcome:
            moving.commit()
            with pytest.raises(psycopg.errors.CheckViolation) as error:
                outcome.result()
    assert error.value.diag.constraint_name == CONSTRAINT


@pytest.mark.parametrize("owner", OWNERS)
def test_other_changes_do_not_wait_for_an_uncommitted_enrollment(
    connection: Connection, database: str, owner: str
) -> None:
    learner, course, _ = pair(connection)
    with connections(database, 2) as (enrolling, changing):
        add(enrolling, "course_enrollments", learner_id=learner["id"], course_id=course["id"])
        changing.execute("SET lock_timeout = '100ms'")
        changing.execute(f"UPDATE {owner} SET created_at = now()".encode())
        changing.rollback()


def test_enrolling_many_at_once_reads_each_by_index(connection: Connection) -> None:
    course = add(connection, "educational_courses")["id"]
    connection.execute(
        "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
        " SELECT 'a' || n || '@example.com', 'a', 'b', 'graduate', '{}'"
        " FROM generate_series(1, 500) AS n"
    )
    connection.execute("ANALYZE")
    with connection.transaction():
        connection.execute(
            "INSERT INTO course_enrollments (learner_id, course_id) SELECT id, %s FROM learners",
            (course,),
        )
        read_rows = scalar(
            connection,
            "SELECT seq_tup_read FROM pg_stat_xact_user_tables"
            " WHERE relname = 'course_enrollments'",
        )
    assert len(read(connection, "course_enrollments")) == 500
    assert read_rows < 500 * 100
