"""Who changed what: each grade has its history and its grader, and no name is in it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from support.access import become, make_world
from support.rows import Connection, Row, add, column, read, rolled_back

AUDITED = [
    "assessment_attempts",
    "course_enrollments",
    "learners",
    "course_staff",
    "institution_staff",
    "guardian_links",
]


def entries(connection: Connection, table: str) -> list[Row]:
    """The entries of a table, in order."""
    rows = [row for row in read(connection, "audit_log") if row["table_name"] == table]
    return sorted(rows, key=lambda row: row["id"])


def changes(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return [
        (row["operation"], row["changed_columns"], row["old_values"], row["new_values"])
        for row in entries(connection, table)
    ]


def test_a_grade_has_its_history_and_its_grader(transaction: Connection) -> None:
    world = make_world(transaction)
    attempt = column(
        transaction,
        "SELECT id FROM assessment_attempts WHERE learner_id = %s AND assessment_id = %s",
        world.ids["ana"],
        world.ids["north_course_assessment"],
    )[0]
    before = len(entries(transaction, "assessment_attempts"))
    transaction.execute("SET LOCAL application_name = 'gradebook'")
    for score in (3, 4):
        become(transaction, "lms_instructor", world.tokens["tess"])
        transaction.execute(
            "UPDATE assessment_attempts SET score = %s, completion_status = 'graded' WHERE id = %s",
            (score, attempt),
        )
        transaction.execute("RESET ROLE")
    history = entries(transaction, "assessment_attempts")[before:]
    assert [(row["old_values"]["score"], row["new_values"]["score"]) for row in history] == [
        (0, 3),
        (3, 4),
    ]
    assert "score" in history[1]["changed_columns"]
    for row in history:
        assert row["row_key"] == {"id": str(attempt)}
        assert row["learner_id"] == world.ids["ana"]
        assert row["person_id"] == world.ids["tess"]
        assert (row["role_name"], row["application_name"]) == ("lms_instructor", "gradebook")
        assert row["login_name"] == transaction.info.user


def test_a_change_of_the_rules_that_changes_a_result_is_recorded(transaction: Connection) -> None:
    attempt = add(transaction, "assessment_attempts", score=3, completion_status="graded")
    transaction.execute(
        "UPDATE educational_assessments SET total_points = total_points * 2 WHERE id = %s",
        (attempt["assessment_id"],),
    )
    assert [columns for _, columns, *_ in changes(transaction, "assessment_attempts")] == [
        [
            "learner_id",
            "assessment_id",
            "score",
            "percentage_score",
            "passed",
            "completion_status",
        ],
        ["percentage_score"],
    ]


def test_many_grades_at_once_are_an_entry_each(transaction: Connection) -> None:
    assessment = add(transaction, "educational_assessments")
    for _ in range(3):
        enrollment = add(transaction, "course_enrollments", course_id=assessment["course_id"])
        add(
            transaction,
            "assessment_attempts",
            assessment_id=assessment["id"],
            learner_id=enrollment["learner_id"],
        )
    transaction.execute("UPDATE assessment_attempts SET score = 1, completion_status = 'graded'")
    transaction.execute("UPDATE assessment_attempts SET responses = '[]'")
    found = entries(transaction, "assessment_attempts")
    assert [row["operation"] for row in found] == ["UPDATE"] * 3
    assert {row["row_key"]["id"] for row in found} == {
        str(row["id"]) for row in read(transaction, "assessment_attempts")
    }


def test_final_grades_and_status_are_recorded_and_progress_is_not(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments")
    for values in ("final_grade = 70", "study_schedule = '{}'", "completion_status = 'completed'"):
        transaction.execute(f"UPDATE course_enrollments SET {values}".encode())
    transaction.execute("DELETE FROM course_enrollments")
    found = changes(transaction, "course_enrollments")
    assert [entry[:2] for entry in found] == [
        ("UPDATE", ["final_grade"]),
        ("UPDATE", ["completion_status", "completion_date"]),
        (
            "DELETE",
            ["learner_id", "course_id", "final_grade", "completion_status", "completion_date"],
        ),
    ]
    assert found[0][2]["final_grade"] is None
    assert found[0][3]["final_grade"] == 70
    assert found[2][2]["completion_status"] == "completed"
    assert {row["learner_id"] for row in entries(transaction, "course_enrollments")} == {
        enrollment["learner_id"]
    }


@pytest.mark.parametrize("table", ["course_staff", "institution_staff", "guardian_links"])
def test_appointments_are_recorded_by_their_keys(transaction: Connection, table: str) -> None:
    row = add(transaction, table)
    person = "guardian_id" if table == "guardian_links" else "person_id"
    transaction.execute(f"UPDATE {table} SET valid_until = '2999-01-01'".encode())
    transaction.execute(f"UPDATE {table} SET valid_until = '2999-01-01'".encode())
    other = uuid.uuid4()
    transaction.execute(f"UPDATE {table} SET {person} = %s".encode(), (other,))
    transaction.execute(f"DELETE FROM {table}".encode())
    found = entries(transaction, table)
    assert [entry["operation"] for entry in found] == [
        "INSERT", "UPDATE", "DELETE", "INSERT", "DELETE",
    ]  # fmt: skip
    assert [entry["row_key"][person] for entry in found] == [
        *[str(row[person])] * 3,
        *[str(other)] * 2,
    ]
    assert {(entry["old_values"], entry["new_values"]) for entry in found} == {(None, None)}


def test_an_identity_is_recorded_without_names(transaction: Connection) -> None:
    learner = add(transaction, "learners", first_name="Adalheid", email="adalheid@example.org")
    transaction.execute("UPDATE learners SET email = 'Adalheid@Example.org', last_login = now()")
    transaction.execute("UPDATE learners SET first_name = 'Adalheidis'")
    transaction.execute("UPDATE learners SET last_login = now() + interval '1 second'")
    transaction.execute("DELETE FROM learners")
    found = entries(transaction, "learners")
    assert [(row["operation"], row["changed_columns"]) for row in found] == [
        ("UPDATE", ["email"]),
        ("UPDATE", ["first_name"]),
        ("DELETE", ["id", "institution_id", "email", "first_name", "last_name"]),
    ]
    assert {row["learner_id"] for row in found} == {learner["id"]}
    assert "adalheid" not in str(found).lower()


@pytest.mark.parametrize("table", AUDITED)
def test_a_truncated_table_is_recorded(transaction: Connection, table: str) -> None:
    add(transaction, table)
    transaction.execute(f"TRUNCATE {table} CASCADE".encode())
    last = entries(transaction, table)[-1]
    assert (last["operation"], last["row_key"], last["learner_id"]) == ("TRUNCATE", None, None)


def test_an_attempt_whose_key_changes_was_deleted_and_inserted(transaction: Connection) -> None:
    attempt = add(transaction, "assessment_attempts", score=1, completion_status="graded")
    other = uuid.uuid4()
    transaction.execute("UPDATE assessment_attempts SET id = %s", (other,))
    found = entries(transaction, "assessment_attempts")[1:]
    assert sorted((row["operation"], row["row_key"]["id"]) for row in found) == [
        ("DELETE", str(attempt["id"])),
        ("INSERT", str(other)),
    ]


def test_an_enrollment_whose_key_changes_was_deleted_and_inserted(transaction: Connection) -> None:
    enrollment = add(transaction, "course_enrollments", final_grade=70)
    other = uuid.uuid4()
    transaction.execute("UPDATE course_enrollments SET id = %s", (other,))
    assert [
        (row["operation"], row["row_key"]["id"], bool(row["old_values"]), bool(row["new_values"]))
        for row in entries(transaction, "course_enrollments")
    ] == [
        ("INSERT", str(enrollment["id"]), False, True),
        ("DELETE", str(enrollment["id"]), True, False),
        ("INSERT", str(other), False, True),
    ]


def test_a_result_that_is_given_to_somebody_else_is_recorded(transaction: Connection) -> None:
    attempt = add(transaction, "assessment_attempts", score=1, completion_status="graded")
    enrollment = add(transaction, "course_enrollments", final_grade=70)
    for table, row in (("assessment_attempts", attempt), ("course_enrollments", enrollment)):
        other = add(transaction, "learners")["id"]
        transaction.execute(
            f"UPDATE {table} SET learner_id = %s WHERE id = %s".encode(), (other, row["id"])
        )
        entry = entries(transaction, table)[-1]
        assert (entry["operation"], entry["changed_columns"]) == ("UPDATE", ["learner_id"])
        assert (entry["row_key"], entry["learner_id"]) == (
            {"id": str(row["id"])},
            row["learner_id"],
        )


@pytest.mark.parametrize("is_stub", [True, False])
def test_a_result_that_is_given_to_a_stub_past_an_erasure_is_recorded(
    transaction: Connection, *, is_stub: bool
) -> None:
    attempt = add(transaction, "assessment_attempts", score=1, completion_status="graded")
    enrollment = add(transaction, "course_enrollments", final_grade=70)
    other = add(transaction, "learners")["id"]
    stub = "SELECT id FROM learners WHERE email ^@ 'erased-'"
    if is_stub:
        transaction.execute("SELECT erase_learner(%s)", (other,))
    become(transaction, "lms_service")
    if not is_stub:
        transaction.execute(
            "UPDATE learners SET email = 'erased-' || id || '@erased.invalid' WHERE id = %s",
            (other,),
        )
    for table, row in (("assessment_attempts", attempt), ("course_enrollments", enrollment)):
        transaction.execute(
            f"UPDATE {table} SET learner_id = ({stub}) WHERE id = %s".encode(), (row["id"],)
        )
    transaction.execute("RESET ROLE")
    for table, row in (("assessment_attempts", attempt), ("course_enrollments", enrollment)):
        entry = entries(transaction, table)[-1]
        assert (entry["changed_columns"], entry["learner_id"]) == (
            ["learner_id"],
            row["learner_id"],
        )


def test_what_erasure_gives_to_a_stub_is_not_recorded(transaction: Connection) -> None:
    attempt = add(transaction, "assessment_attempts", score=1, completion_status="graded")
    course = add(transaction, "course_enrollments", learner_id=attempt["learner_id"], final_grade=7)
    before = len(read(transaction, "audit_log"))
    transaction.execute("SELECT erase_learner(%s)", (course["learner_id"],))
    (entry,) = sorted(read(transaction, "audit_log"), key=lambda row: row["id"])[before:]
    assert (entry["table_name"], entry["operation"]) == ("learners", "DELETE")


def test_what_is_rolled_back_is_not_in_the_log(transaction: Connection) -> None:
    add(transaction, "assessment_attempts")
    with rolled_back(transaction):
        transaction.execute(
            "UPDATE assessment_attempts SET score = 1, completion_status = 'graded'"
        )
        assert len(entries(transaction, "assessment_attempts")) == 1
    assert entries(transaction, "assessment_attempts") == []
