"""Scores of a section are measured, whatever is late, corrected or expired."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from support.evidence import FIRST_DAY, History
from support.race import connections, waiting
from support.rows import Connection, Row, add, column, read, scalar

REFRESH = "SELECT refresh_learning_analytics()"
KNOWN = ("knowledge_check", "successful")
SCORES = ("comprehension_score", "retention_score", "application_score")


@pytest.mark.parametrize("seed", range(12))
def test_scores_of_random_histories_are_those_of_plain_python(
    transaction: Connection, seed: int
) -> None:
    scalar(transaction, "SELECT ensure_interaction_partitions(p_from => %s)", FIRST_DAY.date())
    history = History(transaction, seed)
    for _ in range(8):
        for _ in range(12):
            history.go_on()
        assert history.faults() == []
    assert (
        column(
            transaction,
            "SELECT f::text FROM check_derived_columns() AS f"
            " WHERE table_name = 'section_progress'"
            " AND column_name ~ 'comprehension|application|retention'",
        )
        == []
    )


@pytest.fixture
def place(transaction: Connection) -> Row:
    """A section, and a learner who is enrolled in its course."""
    section = add(transaction, "learning_sections")
    enrollment = add(transaction, "course_enrollments", course_id=section["course_id"])
    return {"learner": enrollment["learner_id"], "section": section["id"]} | section


def record(
    connection: Connection, place: Row, kind: str, outcome: str | None, days: float = 0
) -> None:
    connection.execute(
        "SELECT record_interaction(%s, %s, %s, p_outcome => %s, p_timestamp => now() + %s)",
        (place["learner"], place["section"], kind, outcome, timedelta(days=days - 30)),
    )


def progress(connection: Connection) -> Row:
    (row,) = read(connection, "section_progress")
    return row


def test_what_nobody_answered_is_no_evidence_and_no_score(
    transaction: Connection, place: Row
) -> None:
    for kind, outcome in (
        ("content_view", "successful"),
        ("knowledge_check", None),
        ("practice_activity", "abandoned"),
        ("discussion", "unsuccessful"),
    ):
        record(transaction, place, kind, outcome)
    row = progress(transaction)
    assert [row[name] for name in SCORES] == [None] * 3
    assert (row["comprehension_n"], row["application_n"]) == (0, 0)
    assert scalar(transaction, "SELECT count(outcome) FROM learning_interactions") == 3


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([("successful", 0), ("partial", 7)], (1, Decimal("0.50"))),
        ([("successful", 0), ("partial", 7 - 1e-5)], (0, None)),
        # nothing was known yet
        ([("partial", 0), ("successful", 8)], (0, None)),
        # the gap is to the previous one, of which nothing needs to be known
        ([("successful", 0), (None, 6), ("successful", 12)], (0, None)),
        ([("successful", 0), ("unsuccessful", 8), ("successful", 16)], (2, Decimal("0.50"))),
    ],
)
def test_retention_is_of_checks_a_week_after_the_previous_one(
    transaction: Connection, place: Row, days: list[tuple[str, float]], expected: tuple[int, Any]
) -> None:
    for outcome, day in days:
        record(transaction, place, "knowledge_check", outcome, day)
    assert progress(transaction)["retention_n"] == 0
    transaction.execute("SELECT refresh_learning_analytics()")
    row = progress(transaction)
    assert (row["retention_n"], row["retention_score"]) == expected


def test_every_graded_attempt_counts_and_bonus_points_do_not_pass_1(
    transaction: Connection, place: Row
) -> None:
    for kind, scores in (("essay", [4, 15, -3]), ("project", [7])):
        assessment = add(
            transaction,
            "educational_assessments",
            course_id=place["course_id"],
            section_id=place["section"],
            format=kind,
            total_points=10,
            passing_score=None,
            attempts_allowed=None,
        )
        for number, score in enumerate(scores, 1):
            add(
                transaction,
                "assessment_attempts",
                learner_id=place["learner"],
                assessment_id=assessment["id"],
                attempt_number=number,
                score=score,
                completion_status="graded",
            )
    row = progress(transaction)
    assert (row["comprehension_n"], row["comprehension_score"]) == (3, Decimal("0.47"))
    assert (row["application_n"], row["application_score"]) == (1, Decimal("0.70"))
    transaction.execute("TRUNCATE assessment_attempts")
    row = progress(transaction)
    assert [row[name] for name in SCORES] == [None] * 3


def test_a_whole_row_save_of_an_old_row_seizes_and_overwrites_nothing(
    transaction: Connection, place: Row
) -> None:
    record(transaction, place, "knowledge_check", "successful")
    old = progress(transaction)
    record(transaction, place, "knowledge_check", "unsuccessful")
    record(transaction, place, "practice_activity", "partial")
    new = progress(transaction)
    names = [name for name in old if "accessed" not in name and name != "updated_at"]
    transaction.execute(
        f"UPDATE section_progress SET ({', '.join(names)}) = "
        f"(SELECT {', '.join(names)} FROM"
        " jsonb_populate_record(NULL::section_progress, %s::jsonb))".encode(),
        (json.dumps(old, default=str),),
    )
    kept = {name: new[name] for name in new if name.partition("_")[2] in ("n", "sum", "score")}
    saved = progress(transaction)
    assert {name: saved[name] for name in kept} == kept
    assert (saved["comprehension_score"], saved["supplied"]) == (Decimal("0.50"), [])
    record(transaction, place, "knowledge_check", "successful")
    assert progress(transaction)["comprehension_score"] == Decimal("0.67")


@pytest.mark.parametrize("name", SCORES)
def test_a_score_is_the_applications_only_where_supplied_names_it(
    transaction: Connection, place: Row, name: str
) -> None:
    record(transaction, place, "knowledge_check", "successful", 0)
    record(transaction, place, "knowledge_check", "successful", 8)
    record(transaction, place, "practice_activity", "successful", 9)
    transaction.execute("SELECT refresh_learning_analytics()")
    assert progress(transaction)[name] == 1
    transaction.execute(f"UPDATE section_progress SET {name} = 0.25".encode())
    assert progress(transaction)[name] == 1
    transaction.execute(
        f"UPDATE section_progress SET {name} = 0.25, supplied = '{{{name}}}'".encode()
    )
    record(transaction, place, "knowledge_check", "partial", 10)
    transaction.execute("SELECT rebuild_section_progress(id) FROM educational_courses")
    row = progress(transaction)
    assert row[name] == Decimal("0.25")
    assert [row[other] for other in SCORES if other != name].count(None) == 0
    transaction.execute("UPDATE section_progress SET supplied = '{}'")
    assert progress(transaction)[name] != Decimal("0.25")
    transaction.execute("TRUNCATE learning_interactions")
    assert [progress(transaction)[other] for other in SCORES] == [None] * 3


def test_min_evidence_keeps_a_section_open_that_one_answer_would_complete(
    transaction: Connection, place: Row
) -> None:
    transaction.execute(
        "UPDATE learning_sections SET"
        ' completion_criteria = \'{"min_score": 0.6, "min_evidence": 2}\''
    )
    record(transaction, place, "knowledge_check", "successful")
    row = progress(transaction)
    assert row["status"] == "in_progress"
    assert row["completion_criteria_met"] == {
        "min_score": {"value": 1.0, "limit": 0.6, "met": True},
        "min_evidence": {"value": 1, "limit": 2, "met": False},
    }
    record(transaction, place, "knowledge_check", "partial")
    assert progress(transaction)["status"] == "completed"
    transaction.execute(
        "SET LOCAL session_replication_role = replica;"
        " UPDATE section_progress SET status = 'in_progress', completion_timestamp = NULL,"
        ' completion_criteria_met = \'{"min_evidence": {"value": 9, "limit": 2, "met": true}}\';'
        " SET LOCAL session_replication_role = origin"
    )
    assert column(
        transaction,
        "SELECT stored FROM check_derived_columns() WHERE column_name = 'completion_criteria_met'",
    ) == ['{"min_evidence": {"met": true, "limit": 2, "value": 9}}']


def test_an_attempt_begins_its_section_and_an_event_of_the_course_alone_the_enrollment(
    transaction: Connection, place: Row
) -> None:
    transaction.execute(
        "SELECT record_interaction(%s, NULL, 'navigation', p_course_id => %s)",
        (place["learner"], place["course_id"]),
    )
    statuses = "SELECT completion_status FROM course_enrollments"
    assert scalar(transaction, statuses) == "in_progress"
    transaction.execute("UPDATE course_enrollments SET completion_status = 'enrolled'")
    transaction.execute(
        "SELECT record_interactions(jsonb_build_array(jsonb_build_object('learner_id', %s::uuid,"
        " 'course_id', %s::uuid, 'interaction_type', 'navigation')))",
        (place["learner"], place["course_id"]),
    )
    assert scalar(transaction, statuses) == "in_progress"
    assert read(transaction, "section_progress") == []
    assessment = add(
        transaction,
        "educational_assessments",
        course_id=place["course_id"],
        section_id=place["section"],
    )
    add(
        transaction,
        "assessment_attempts",
        learner_id=place["learner"],
        assessment_id=assessment["id"],
    )
    assert progress(transaction)["status"] == "in_progress"


def test_a_late_event_of_a_dropped_month_counts_but_in_no_retention(
    transaction: Connection, place: Row
) -> None:
    scalar(transaction, "SELECT ensure_interaction_partitions(p_from => %s)", FIRST_DAY.date())
    for day in (0, 10, 40):
        transaction.execute(
            "SELECT record_interaction(%s, %s, 'knowledge_check', p_outcome => 'successful',"
            " p_timestamp => %s)",
            (place["learner"], place["section"], FIRST_DAY + timedelta(days=day)),
        )
    transaction.execute("SELECT refresh_learning_analytics()")
    assert progress(transaction)["retention_n"] == 2
    transaction.execute(
        "SELECT drop_expired_data(p_keep => now() - %s)", (FIRST_DAY + timedelta(days=31),)
    )
    transaction.execute("SELECT ensure_interaction_partitions()")
    transaction.execute(
        "SELECT record_interaction(%s, %s, 'knowledge_check', p_outcome => 'partial',"
        " p_timestamp => %s)",
        (place["learner"], place["section"], FIRST_DAY - timedelta(days=20)),
    )
    transaction.execute("SELECT refresh_learning_analytics()")
    row = progress(transaction)
    assert (row["retention_n"], row["comprehension_n"]) == (2, 4)


def test_evidence_moves_with_a_row_a_section_and_a_stub(
    transaction: Connection, place: Row
) -> None:
    record(transaction, place, "knowledge_check", "partial", 0)
    record(transaction, place, "knowledge_check", "successful", 8)
    new = uuid.uuid4()
    transaction.execute("UPDATE learning_sections SET id = %s", (new,))
    row = progress(transaction)
    assert (row["section_id"], row["comprehension_n"]) == (new, 2)
    assert row["comprehension_score"] == Decimal("0.75")
    other = add(transaction, "learning_sections", course_id=None, module_id=place["module_id"])
    transaction.execute("UPDATE section_progress SET section_id = %s", (other["id"],))
    assert progress(transaction)["comprehension_score"] is None
    transaction.execute("UPDATE learning_interactions SET section_id = %s", (other["id"],))
    assert progress(transaction)["comprehension_score"] == Decimal("0.75")
    transaction.execute("SELECT erase_learner(%s)", (place["learner"],))
    row = progress(transaction)
    assert row["learner_id"] != place["learner"]
    assert row["comprehension_score"] == Decimal("0.75")
    assert (
        column(
            transaction,
            "SELECT column_name FROM check_derived_columns() WHERE table_name = 'section_progress'",
        )
        == []
    )


@pytest.mark.concurrency
def test_a_refresh_locks_rows_of_all_courses_in_the_order_of_a_batch(database: str) -> None:
    with connections(database, 2) as (one, other):
        learners = sorted(add(one, "learners")["id"] for _ in range(2))
        sections = [add(one, "learning_sections") for _ in range(2)]
        # the course that comes first is that of the learner who comes last
        sections.sort(key=lambda section: bytes(section["course_id"].bytes), reverse=True)
        pairs = list(zip(learners, sections, strict=True))
        for learner, section in pairs:
            for day in (0, 9):
                record(one, {"learner": learner, "section": section["id"]}, *KNOWN, day)
        one.commit()
        lock = "SELECT FROM section_progress WHERE learner_id = %s FOR NO KEY UPDATE NOWAIT"
        first, last = learners
        one.execute(lock, (first,))
        with waiting(database, other, lambda: other.execute(REFRESH), one) as refresh:
            one.execute(lock, (last,))
            one.commit()
            refresh.result()
        other.commit()
        assert column(one, "SELECT retention_n FROM section_progress") == [1, 1]
