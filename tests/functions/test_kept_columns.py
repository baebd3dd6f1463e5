"""What an application writes into derived columns of an enrollment is brought back, silently."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from support.derived import AS_OF
from support.rows import Connection, Row, add, read, scalar

TRUE = (Decimal(50), 2, AS_OF, Decimal(80))
SHOWN = "overall_progress, total_time_spent, last_accessed, current_grade"
FALSE = f"({SHOWN}) = (1, 99999, now(), 5)"


@pytest.fixture
def enrollment(transaction: Connection) -> Row:
    """With progress of 50 %, two minutes and a grade of 80."""
    section = add(transaction, "learning_sections")
    made = add(transaction, "course_enrollments", course_id=section["course_id"])
    add(
        transaction,
        "section_progress",
        learner_id=made["learner_id"],
        section_id=section["id"],
        completion_percentage=50,
        total_time_spent=120,
        last_accessed=AS_OF,
    )
    add(
        transaction,
        "assessment_attempts",
        learner_id=made["learner_id"],
        assessment_id=add(transaction, "educational_assessments", course_id=section["course_id"])[
            "id"
        ],
        score=8,
        completion_status="graded",
    )
    return made


def shown(connection: Connection) -> tuple[Any, ...]:
    (row,) = connection.execute(f"SELECT {SHOWN} FROM course_enrollments").fetchall()
    return tuple(row)


WRITES = {
    "UPDATE": f"UPDATE course_enrollments SET {FALSE}",
    "sums": "UPDATE course_enrollments SET (progress_sum, seconds_sum, section_count) = (1, 1, 9)",
    "version": f"UPDATE course_enrollments SET {FALSE}, measures_version = measures_version + 1",
    "upsert": "INSERT INTO course_enrollments (learner_id, course_id, overall_progress)"
    " SELECT learner_id, course_id, 1 FROM course_enrollments"
    f" ON CONFLICT (learner_id, course_id) DO UPDATE SET {FALSE}",
    "MERGE": "MERGE INTO course_enrollments AS e USING (VALUES (1)) AS v ON TRUE"
    f" WHEN MATCHED THEN UPDATE SET {FALSE}",
    "counted anew": "UPDATE course_enrollments SET progress_sum = NULL",
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.usefixtures("enrollment")
def test_derived_columns_stay_true(transaction: Connection, write: str) -> None:
    transaction.execute(write.encode())
    assert shown(transaction) == TRUE
    assert transaction.execute("SELECT * FROM check_derived_columns()").fetchall() == [] or (
        scalar(transaction, "SELECT recalculate_course_metrics()") > 0
    )


@pytest.mark.usefixtures("enrollment")
def test_the_statement_itself_returns_the_truth(transaction: Connection) -> None:
    (row,) = transaction.execute(
        f"UPDATE course_enrollments SET {FALSE} RETURNING {SHOWN}".encode()
    ).fetchall()
    assert row == TRUE


def test_a_whole_row_that_was_read_earlier_takes_nothing_back(
    transaction: Connection, enrollment: Row
) -> None:
    (early,) = read(transaction, "course_enrollments")
    transaction.execute("UPDATE section_progress SET completion_percentage = 70")
    early |= {"academic_term": "Fall", "id": enrollment["id"]}
    assignments = ", ".join(f"{name} = %({name})s" for name in early)
    early["personal_learning_goals"] = "[]"
    transaction.execute(f"UPDATE course_enrollments SET {assignments}".encode(), early)
    (late,) = read(transaction, "course_enrollments")
    assert (late["overall_progress"], late["academic_term"]) == (70, "Fall")


@pytest.mark.usefixtures("enrollment")
def test_a_trigger_of_the_application_writes_them_no_more_than_others(
    transaction: Connection,
) -> None:
    transaction.execute(
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE course_enrollments SET overall_progress = 1; RETURN NULL; END $$"
    )
    transaction.execute("CREATE TRIGGER meddle AFTER UPDATE ON learners EXECUTE FUNCTION meddle()")
    transaction.execute("UPDATE learners SET first_name = 'Grace'")
    assert shown(transaction) == TRUE


def test_a_new_enrollment_takes_no_values_of_the_application(
    transaction: Connection, enrollment: Row
) -> None:
    learner = add(transaction, "learners")["id"]
    transaction.execute(
        "INSERT INTO course_enrollments (learner_id, course_id, overall_progress, current_grade)"
        " VALUES (%s, %s, 77, 99)",
        (learner, enrollment["course_id"]),
    )
    assert transaction.execute(
        "SELECT overall_progress, current_grade FROM course_enrollments WHERE learner_id = %s",
        (learner,),
    ).fetchone() == (0, None)


@pytest.mark.usefixtures("enrollment")
def test_a_new_id_in_the_same_statement_loses_nothing(transaction: Connection) -> None:
    transaction.execute(
        "UPDATE section_progress SET id = gen_random_uuid(), completion_percentage = 90"
    )
    assert shown(transaction)[0] == 90
    history = transaction.execute(
        "SELECT previous_percentage, percentage FROM section_progress_history ORDER BY id"
    ).fetchall()
    assert history == [(0, 50), (50, 90)]
    transaction.execute("UPDATE assessment_attempts SET id = gen_random_uuid(), score = 9")
    assert shown(transaction)[3] == 90
    transaction.execute(
        "UPDATE course_enrollments SET id = %s, overall_progress = 3", (uuid.uuid4(),)
    )
    assert shown(transaction) == (90, 2, AS_OF, 90)


@pytest.mark.parametrize(
    ("table", "left"),
    [
        ("section_progress", (0, 0, None, 80)),
        ("assessment_attempts", (50, 2, AS_OF, None)),
        ("educational_assessments", (50, 2, AS_OF, None)),
    ],
)
@pytest.mark.usefixtures("enrollment")
def test_truncate_is_followed(transaction: Connection, table: str, left: tuple[Any, ...]) -> None:
    transaction.execute(f"TRUNCATE {table} CASCADE".encode())
    assert shown(transaction) == left


def test_enrolling_after_a_truncate_of_enrollments_starts_with_what_there_is(
    transaction: Connection, enrollment: Row
) -> None:
    transaction.execute("TRUNCATE course_enrollments")
    add(
        transaction,
        "course_enrollments",
        learner_id=enrollment["learner_id"],
        course_id=enrollment["course_id"],
    )
    assert shown(transaction) == TRUE


@pytest.mark.usefixtures("enrollment")
def test_a_later_latest_access_replaces_one_that_goes(transaction: Connection) -> None:
    transaction.execute(
        "UPDATE section_progress SET last_accessed = %s", (AS_OF - timedelta(days=1),)
    )
    assert shown(transaction)[2] == AS_OF - timedelta(days=1)
