"""Sections that their criteria complete, and courses that their sections complete."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from support.race import connections, waiting
from support.rows import Connection, Row, add, scalar


def section(connection: Connection, criteria: Any, **values: Any) -> Row:
    return add(connection, "learning_sections", completion_criteria=criteria, **values)


def event(connection: Connection, learner: uuid.UUID, of: Row, seconds: int = 30) -> None:
    connection.execute(
        "SELECT record_interaction(%s, %s, 'discussion', p_duration_seconds => %s)",
        (learner, of["id"], seconds),
    )


def progress(connection: Connection, what: str = "status") -> Any:
    return scalar(connection, f"SELECT {what} FROM section_progress")


def test_the_event_that_meets_all_criteria_completes_the_section(
    transaction: Connection, learner: uuid.UUID
) -> None:
    of = section(transaction, {"min_seconds": 50, "min_interactions": 3})
    add(transaction, "course_enrollments", learner_id=learner, course_id=of["course_id"])
    for number in (1, 2):
        event(transaction, learner, of)
        assert progress(transaction) == "in_progress"
        assert progress(transaction, "completion_criteria_met") == {
            "min_seconds": {"value": 30 * number, "limit": 50, "met": number == 2},
            "min_interactions": {"value": number, "limit": 3, "met": False},
        }
    event(transaction, learner, of)
    assert progress(transaction) == "completed"
    assert progress(transaction, "completion_timestamp") is not None
    assert scalar(transaction, "SELECT overall_progress FROM course_enrollments") == 100


@pytest.mark.parametrize("criteria", [None, {}])
def test_what_has_no_criteria_is_completed_by_nobody_but_the_application(
    transaction: Connection, learner: uuid.UUID, criteria: Any
) -> None:
    event(transaction, learner, section(transaction, criteria), 10_000)
    assert progress(transaction, "(status, completion_criteria_met)::text") == "(in_progress,{})"
    transaction.execute(
        "UPDATE section_progress SET status = 'completed', completion_percentage = 5,"
        " completion_criteria_met = '{\"own\": 1}'"
    )
    assert progress(transaction, "completion_criteria_met") == {"own": 1}


@pytest.mark.parametrize(
    ("criteria", "seconds", "status"),
    [
        ({}, 119, "in_progress"),
        ({}, 120, "completed"),
        ({"min_seconds": 60}, 60, "completed"),
        (None, 120, "in_progress"),
    ],
)
def test_minimum_engagement_time_stands_in_for_min_seconds_in_minutes(
    transaction: Connection, learner: uuid.UUID, criteria: Any, seconds: int, status: str
) -> None:
    event(transaction, learner, section(transaction, criteria, minimum_engagement_time=2), seconds)
    assert progress(transaction) == status


def test_any_minimum_engagement_time_is_a_limit(
    transaction: Connection, learner: uuid.UUID
) -> None:
    event(transaction, learner, section(transaction, {}, minimum_engagement_time=2**31 - 1))
    assert progress(transaction, "completion_criteria_met -> 'min_seconds' ->> 'limit'") == str(
        60 * (2**31 - 1)
    )


def test_an_unknown_score_meets_no_criterion(transaction: Connection, learner: uuid.UUID) -> None:
    event(transaction, learner, section(transaction, {"min_score": 0}))
    assert progress(transaction) == "in_progress"
    transaction.execute(
        "UPDATE section_progress SET comprehension_score = 0, supplied = '{comprehension_score}'"
    )
    assert progress(transaction) == "completed"


def test_who_says_completed_without_meeting_the_criteria_is_told_which(
    transaction: Connection, learner: uuid.UUID
) -> None:
    of = section(transaction, {"min_interactions": 2, "min_seconds": 10, "min_score": 0.5})
    event(transaction, learner, of)
    complete = "UPDATE section_progress SET status = 'mastered', completion_percentage = 90"
    with pytest.raises(psycopg.errors.CheckViolation) as error, transaction.transaction():
        transaction.execute(complete.encode())
    assert str(error.value.diag.message_primary).endswith(
        ": min_evidence is 0 of 1, min_interactions is 1 of 2, min_score is unknown of 0.5"
    )
    transaction.execute(f"{complete}, validation_method = 'adaptive'".encode())
    assert progress(transaction) == "mastered"
    # a save that repeats it is no change, whatever the method says then
    transaction.execute(f"{complete}, validation_method = 'interaction_based'".encode())


def test_what_was_reopened_stays_open(transaction: Connection, learner: uuid.UUID) -> None:
    of = section(transaction, {"min_interactions": 1})
    event(transaction, learner, of)
    assert progress(transaction) == "completed"
    transaction.execute("UPDATE section_progress SET status = 'in_progress'")
    event(transaction, learner, of)
    assert progress(transaction) == "in_progress"


@pytest.mark.parametrize("was_adaptive", [True, False])
def test_what_was_completed_before_its_criteria_were_met_can_be_reopened(
    transaction: Connection, learner: uuid.UUID, was_adaptive: bool
) -> None:
    of = section(transaction, {"min_interactions": 2} if was_adaptive else None)
    event(transaction, learner, of)
    transaction.execute(
        "UPDATE section_progress SET status = 'completed', completion_percentage = 100,"
        " validation_method = 'adaptive'"
    )
    event(transaction, learner, of)
    transaction.execute(
        "UPDATE learning_sections SET completion_criteria = '{\"min_interactions\": 2}'"
    )
    transaction.execute("UPDATE section_progress SET status = 'in_progress'")
    assert progress(transaction) == "in_progress"
    event(transaction, learner, of)
    assert progress(transaction) == "in_progress"


def test_criteria_that_change_later_neither_complete_nor_reopen(
    transaction: Connection, learner: uuid.UUID
) -> None:
    of = section(transaction, {"min_interactions": 3})
    for interactions in (1, 9):
        event(transaction, learner, of)
        transaction.execute(
            "UPDATE learning_sections SET completion_criteria"
            " = jsonb_build_object('min_interactions', %s::integer)",
            (interactions,),
        )
        assert progress(transaction) == ("in_progress" if interactions == 1 else "completed")


@pytest.mark.parametrize("criteria", [None, "{}"])
def test_criteria_that_are_taken_away_leave_what_they_said_to_the_application(
    transaction: Connection, learner: uuid.UUID, criteria: Any
) -> None:
    of = section(transaction, {"min_interactions": 3})
    event(transaction, learner, of)
    transaction.execute("UPDATE learning_sections SET completion_criteria = %s", (criteria,))
    event(transaction, learner, of)
    assert (
        scalar(
            transaction,
            "SELECT count(*) FROM check_derived_columns()"
            " WHERE column_name = 'completion_criteria_met'",
        )
        == 0
    )


@pytest.mark.parametrize(
    ("criteria", "problem"),
    [
        ({"min_second": 5}, "unknown key min_second"),
        ({"min_seconds": -1}, "min_seconds -1 is not a number from 0"),
        ({"min_interactions": "3"}, 'min_interactions "3" is not a number from 0'),
        ({"min_score": None}, "min_score null is not a number from 0"),
        ({"min_score": 1.01}, "min_score 1.01 is not a number from 0"),
        ({"min_seconds": [5]}, "min_seconds [5] is not a number from 0"),
    ],
)
def test_criteria_that_nobody_could_read_are_rejected(
    transaction: Connection, criteria: Any, problem: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as error:
        section(transaction, criteria)
    assert error.value.diag.message_primary == f"completion_criteria: {problem}"


# enrollments ----------------------------------------------------------------------------------


def enroll(connection: Connection, course: uuid.UUID, status: str = "enrolled") -> Row:
    return add(connection, "course_enrollments", course_id=course, completion_status=status)


def status(connection: Connection, enrollment: Row) -> Any:
    return scalar(
        connection,
        "SELECT completion_status FROM course_enrollments WHERE id = %s",
        enrollment["id"],
    )


def complete(connection: Connection, enrollment: Row, *sections: Row) -> None:
    for of in sections:
        add(
            connection,
            "section_progress",
            learner_id=enrollment["learner_id"],
            section_id=of["id"],
            status="completed",
        )


def in_modules(connection: Connection, *numbers: int, rule: str = "modules") -> list[Row]:
    """A course of modules with so many sections."""
    course = add(connection, "educational_courses", completion_rule=rule)["id"]
    modules = [add(connection, "learning_modules", course_id=course)["id"] for _ in numbers]
    return [
        add(connection, "learning_sections", module_id=module)
        for module, number in zip(modules, numbers, strict=True)
        for _ in range(number)
    ]


@pytest.mark.parametrize("deed", ["event", "progress", "attempt"])
@pytest.mark.parametrize("before", ["enrolled", "withdrawn", "failed", "completed"])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_first_deed_puts_an_enrollment_in_progress_and_nothing_else(
    transaction: Connection, deed: str, before: str, is_first: bool
) -> None:
    of = add(transaction, "learning_sections")
    who = {"learner_id": add(transaction, "learners")["id"], "course_id": of["course_id"]}
    quiz = add(transaction, "educational_assessments", course_id=of["course_id"])["id"]

    def do() -> None:
        if deed == "event":
            event(transaction, who["learner_id"], of)
        elif deed == "progress":
            add(
                transaction, "section_progress", **who, section_id=of["id"], completion_percentage=1
            )
        else:
            add(
                transaction,
                "assessment_attempts",
                learner_id=who["learner_id"],
                assessment_id=quiz,
            )

    if is_first:
        do()
    enrollment = add(transaction, "course_enrollments", **who, completion_status=before)
    if not is_first:
        assert status(transaction, enrollment) == before
        do()
    assert status(transaction, enrollment) == ("in_progress" if before == "enrolled" else before)


def test_the_last_section_of_the_last_module_completes_the_course(transaction: Connection) -> None:
    one, two, three = in_modules(transaction, 2, 0, 1)
    enrollment = enroll(transaction, one["course_id"])
    complete(transaction, enrollment, three, one)
    assert status(transaction, enrollment) == "in_progress"
    complete(transaction, enrollment, two)
    assert status(transaction, enrollment) == "completed"
    date = "SELECT completion_date IS NOT NULL FROM course_enrollments"
    assert scalar(transaction, date)


def test_who_enrolls_with_all_sections_completed_has_completed_the_course(
    transaction: Connection,
) -> None:
    one, two = in_modules(transaction, 1, 1)
    first = enroll(transaction, one["course_id"])
    complete(transaction, first, one, two)
    second = enroll(transaction, one["course_id"])
    complete(transaction, second, one)
    transaction.execute("DELETE FROM course_enrollments")
    for former, expected in ((first, "completed"), (second, "in_progress")):
        who = {"learner_id": former["learner_id"], "course_id": former["course_id"]}
        again = add(transaction, "course_enrollments", **who)
        assert status(transaction, again) == expected


@pytest.mark.parametrize("left", ["withdrawn", "failed"])
def test_what_is_over_is_not_completed(transaction: Connection, left: str) -> None:
    (only,) = in_modules(transaction, 1)
    enrollment = enroll(transaction, only["course_id"], left)
    complete(transaction, enrollment, only)
    assert status(transaction, enrollment) == left


def test_a_course_without_a_rule_completes_nobody(transaction: Connection) -> None:
    (only,) = in_modules(transaction, 1, rule="none")
    enrollment = enroll(transaction, only["course_id"])
    complete(transaction, enrollment, only)
    assert status(transaction, enrollment) == "in_progress"


def test_a_passing_score_of_a_module_completes_with_the_attempt(transaction: Connection) -> None:
    (only,) = in_modules(transaction, 1)
    transaction.execute("UPDATE learning_modules SET minimum_passing_score = 0.5")
    quiz = add(transaction, "educational_assessments", section_id=only["id"])
    enrollment = enroll(transaction, only["course_id"])
    complete(transaction, enrollment, only)
    for number, (score, expected) in enumerate(((4, "in_progress"), (5, "completed")), 1):
        add(
            transaction,
            "assessment_attempts",
            learner_id=enrollment["learner_id"],
            assessment_id=quiz["id"],
            attempt_number=number,
            completion_status="graded",
            score=score,
        )
        assert status(transaction, enrollment) == expected


@pytest.mark.parametrize(
    ("config", "given", "rule"),
    [
        ({"completion_rule": "modules"}, None, "modules"),
        ({"completion_rule": "modules"}, "none", "none"),
        ({}, None, "none"),
        (None, None, "none"),
    ],
)
def test_a_new_course_takes_the_rule_of_its_institution(
    transaction: Connection, config: Any, given: str | None, rule: str
) -> None:
    institution = add(transaction, "educational_institutions", learning_analytics_config=config)
    course = add(
        transaction,
        "educational_courses",
        institution_id=institution["id"],
        completion_rule=given,
    )
    assert course["completion_rule"] == rule


@pytest.mark.concurrency
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_two_sessions_that_complete_the_last_two_sections_complete_the_course(
    database: str, level: str
) -> None:
    with connections(database, 2) as (one, other):
        first, last = in_modules(one, 1, 1)
        enrollment = enroll(one, first["course_id"])
        one.commit()
        for connection in (one, other):
            connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
            connection.execute("SELECT 1 FROM course_enrollments")
        complete(one, enrollment, first)

        def finish() -> str | None:
            try:
                complete(other, enrollment, last)
            except psycopg.errors.SerializationFailure as error:
                return error.sqlstate
            return None

        with waiting(database, other, finish, one) as result:
            one.commit()
            told = result.result()
        assert told == (None if level == "READ COMMITTED" else "40001")
        if told:
            other.rollback()
            complete(other, enrollment, last)
        other.commit()
        assert status(other, enrollment) == "completed"
