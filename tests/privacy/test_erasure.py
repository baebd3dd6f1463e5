"""Erasing a learner leaves nothing of the person, and every figure as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from support.clusters import program
from support.privacy import MARK, Term, figures
from support.rows import NOBODY, Connection, add, column, read, scalar

ERASE = "SELECT erase_learner(%s)"
CHECKS = "SELECT check_derived_columns()::text UNION ALL SELECT check_learning_analytics()::text"
ENROLLMENTS = """
    SELECT
        to_jsonb(e) - '{learner_id, updated_at, measures_version}'::text[]
        - '{personal_learning_goals, study_schedule, understanding_assessment}'::text[]
    FROM course_enrollments AS e ORDER BY e.id
"""
PROGRESS = """
    SELECT
        to_jsonb(p) - '{learner_id, updated_at}'::text[]
        - '{learning_pattern, struggle_indicators, mastery_indicators}'::text[]
    FROM section_progress AS p ORDER BY p.id
"""
STATISTICS = """
    SELECT tablename || '.' || attname FROM pg_stats
    WHERE
        schemaname = 'public'
        AND concat(most_common_vals::text, histogram_bounds::text, most_common_elems::text)
        ILIKE '%Quixotic%'
"""


@pytest.fixture
def connection(own_term: Term) -> Iterator[Connection]:
    with psycopg.connect(own_term.database, autocommit=True) as opened:
        yield opened


def dumped(connection: Connection, database: str, folder: Path) -> str:
    """All that pg_dump writes, with planner statistics where it can."""
    major = connection.info.server_version // 10_000
    file = folder / "dump.sql"
    options = ["--statistics"] if major >= 18 else []
    program("pg_dump", "--dbname", database, "--file", file, *options)
    return file.read_text(encoding="utf-8").lower()


def test_no_name_no_address_and_no_text_is_left_in_a_dump_and_in_statistics(
    connection: Connection, own_term: Term, tmp_path: Path
) -> None:
    before = dumped(connection, own_term.database, tmp_path)
    assert before.count(f"{MARK}@example.org".lower()) >= 1
    assert before.count(MARK.lower()) > 100
    assert len(column(connection, STATISTICS)) >= 3  # the control: statistics can tell
    scalar(connection, ERASE, own_term.learner)
    after = dumped(connection, own_term.database, tmp_path)
    assert after.count(MARK.lower()) == 0
    assert column(connection, STATISTICS) == []
    # rows name the id in ledgers alone; statistics may, but it names nobody any more
    assert {
        re.sub(r"_(history|\d{4}_\d\d)$", "", table)
        for table, rows in re.findall(
            r"^copy public\.(\w+) [^\n]*\n(.*?)^\\\.$", after, re.M | re.S
        )
        if str(own_term.learner) in rows
    } == {"audit_log", "consent_events", "disclosures", "erasures"}


def test_no_figure_changes_and_all_checks_hold(connection: Connection, own_term: Term) -> None:
    with connection.transaction():  # of one time, which some figures look back from
        before = figures(connection)
        assert min(map(len, before)) >= 4
        enrollments = column(connection, ENROLLMENTS)
        scalar(connection, ERASE, own_term.learner)
        assert figures(connection) == before
        assert column(connection, ENROLLMENTS) == enrollments
        assert column(connection, CHECKS) == []
        connection.execute("SELECT rebuild_learning_analytics()")
        assert figures(connection) == before


def test_the_proof_counts_the_rows_and_the_ledger_keeps_it(
    connection: Connection, own_term: Term
) -> None:
    counted = {
        table: scalar(
            connection, f"SELECT count(*) FROM {table} WHERE {key} = %s", own_term.learner
        )
        for table, key in (
            ("learners", "id"),
            ("course_enrollments", "learner_id"),
            ("section_progress", "learner_id"),
            ("learning_interactions", "learner_id"),
            ("learning_sessions", "learner_id"),
            ("assessment_attempts", "learner_id"),
            ("course_ratings", "learner_id"),
            ("expired_interaction_totals", "learner_id"),
            ("legal_holds", "learner_id"),
            ("access_sessions", "person_id"),
            ("course_staff", "person_id"),
            ("institution_staff", "person_id"),
        )
    } | {"guardian_links": 2}
    assert min(counted.values()) > 0
    histories = len(read(connection, "section_progress_history"))
    proof = scalar(connection, ERASE, own_term.learner)
    assert proof["erased_rows"] == counted
    assert (proof["format"], proof["rows_left"]) == (1, 0)
    (entry,) = read(connection, "erasures")
    assert entry["learner_id"] == own_term.learner
    assert entry["erased_rows"] == counted
    stub = scalar(connection, "SELECT id FROM learners WHERE email LIKE 'erased-%@erased.invalid'")
    assert str(stub) not in str(proof)  # with it, the facts could be found
    assert len(read(connection, "section_progress_history")) == histories
    rows = read(connection, "assessment_attempts")
    of_stub = [row for row in rows if row["learner_id"] == stub]
    kept = [r for row in of_stub for r in row["responses"]]
    assert {key for r in kept for key in r} == {"question_id", "points", "graded_by"}


def test_what_the_key_graded_is_kept_when_the_answers_are_gone(
    connection: Connection, own_term: Term
) -> None:
    assessment = add(
        connection,
        "educational_assessments",
        course_id=column(connection, "SELECT course_id FROM course_enrollments LIMIT 1")[0],
        questions=Jsonb([{"id": str(n), "points": 1} for n in range(3)]),
        correct_answers=Jsonb({str(n): {"answer": "right"} for n in range(3)}),
    )["id"]
    attempt = add(
        connection,
        "assessment_attempts",
        assessment_id=assessment,
        learner_id=own_term.learner,
        completion_status="submitted",
        responses=Jsonb(
            [{"question_id": "0", "answer": "right"}, {"question_id": "1", "answer": "wrong"}]
        ),
    )["id"]
    assert scalar(connection, "SELECT grade_attempt(%s)", attempt) == 1
    items = "SELECT jsonb_agg(to_jsonb(i)) FROM calculate_item_statistics(%s) AS i"
    before = scalar(connection, items, assessment)
    scalar(connection, ERASE, own_term.learner)
    assert scalar(connection, "SELECT count(*) FROM regrade_assessment(%s)", assessment) == 0
    assert scalar(connection, "SELECT score FROM assessment_attempts WHERE id = %s", attempt) == 1
    assert scalar(connection, items, assessment) == before


@pytest.mark.parametrize("attempts", [0, 1])
def test_progress_takes_its_evidence_along_and_what_was_reopened_stays_open(
    transaction: Connection, attempts: int
) -> None:
    section = add(transaction, "learning_sections", completion_criteria=Jsonb({"min_score": 0.5}))
    who = add(transaction, "course_enrollments", course_id=section["course_id"])["learner_id"]
    scalar(
        transaction,
        "SELECT record_interaction(%s, %s, 'knowledge_check', p_outcome => 'successful')",
        who,
        section["id"],
    )
    for _ in range(attempts):
        add(
            transaction,
            "assessment_attempts",
            learner_id=who,
            assessment_id=add(
                transaction,
                "educational_assessments",
                section_id=section["id"],
                course_id=section["course_id"],
            )["id"],
            completion_status="graded",
            score=0,
        )
    transaction.execute("UPDATE section_progress SET status = 'in_progress'")
    before = column(transaction, PROGRESS)
    scalar(transaction, "SELECT recalculate_course_metrics()")
    scalar(transaction, ERASE, who)
    assert column(transaction, PROGRESS) == before
    assert column(transaction, CHECKS) == []


def test_an_enrollment_that_was_reopened_stays_open(transaction: Connection) -> None:
    section = add(transaction, "learning_sections")
    transaction.execute("UPDATE educational_courses SET completion_rule = 'modules'")
    who = add(transaction, "course_enrollments", course_id=section["course_id"])["learner_id"]
    add(
        transaction,
        "section_progress",
        learner_id=who,
        section_id=section["id"],
        course_id=section["course_id"],
        status="completed",
        completion_percentage=100,
    )
    status = "SELECT completion_status::text FROM course_enrollments"
    assert column(transaction, status) == ["completed"]
    transaction.execute("UPDATE course_enrollments SET completion_status = 'in_progress'")
    before = column(transaction, ENROLLMENTS)
    scalar(transaction, ERASE, who)
    assert column(transaction, ENROLLMENTS) == before


def test_what_a_learner_wrote_in_the_place_of_a_question_is_gone(transaction: Connection) -> None:
    assessment = add(
        transaction, "educational_assessments", questions=Jsonb([{"id": "1", "points": 1}])
    )["id"]
    learner = add(
        transaction,
        "assessment_attempts",
        assessment_id=assessment,
        responses=Jsonb(
            [
                {"question_id": "1", "points": 1},
                {"question_id": MARK, "answer": MARK},
                {"question_id": f"{MARK} too", "points": 2},
            ]
        ),
    )["learner_id"]
    scalar(transaction, ERASE, learner)
    assert column(transaction, "SELECT responses FROM assessment_attempts") == [
        [
            {"question_id": "1", "points": 1, "graded_by": "erasure"},
            {"question_id": "erased-2"},
            {"question_id": "erased-3", "points": 2, "graded_by": "erasure"},
        ]
    ]


def test_a_second_time_is_an_error(connection: Connection, own_term: Term) -> None:
    scalar(connection, ERASE, own_term.learner)
    with pytest.raises(psycopg.errors.NoDataFound, match="was erased at"):
        scalar(connection, ERASE, own_term.learner)
    with pytest.raises(psycopg.errors.NoDataFound, match="was erased"):
        scalar(connection, "SELECT open_session(%s, %s)", "x" * 32, own_term.learner)


@pytest.mark.parametrize("until", ["NULL", "now() + interval '1 day'"])
def test_a_learner_under_a_legal_hold_is_kept(transaction: Connection, until: str) -> None:
    learner = add(transaction, "learners")["id"]
    hold = add(transaction, "legal_holds", learner_id=learner)["id"]
    transaction.execute(f"UPDATE legal_holds SET held_until = {until}".encode())
    for statement, error in (
        ("SELECT erase_learner(%s)", psycopg.errors.ObjectNotInPrerequisiteState),
        ("DELETE FROM learners WHERE id = %s", psycopg.errors.ForeignKeyViolation),
    ):
        with pytest.raises(error, match=r"legal.hold"), transaction.transaction():
            transaction.execute(statement, (learner,))
    transaction.execute("UPDATE legal_holds SET held_until = now() WHERE id = %s", (hold,))
    assert scalar(transaction, ERASE, learner)["erased_rows"]["legal_holds"] == 1


def test_a_rating_of_a_course_that_the_learner_left_is_kept(transaction: Connection) -> None:
    learner = add(transaction, "course_ratings", review="Mine")["learner_id"]
    transaction.execute("DELETE FROM course_enrollments")
    assert scalar(transaction, ERASE, learner)["erased_rows"]["course_ratings"] == 1
    assert column(transaction, "SELECT review FROM course_ratings") == [None]


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_a_transaction_with_an_old_snapshot_is_refused(transaction: Connection, level: str) -> None:
    transaction.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
    with pytest.raises(psycopg.errors.InvalidTransactionState, match="READ COMMITTED"):
        scalar(transaction, ERASE, NOBODY)


@pytest.mark.parametrize("table", ["erasures", "retention_log"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"], ids=lambda s: s[:6]
)
def test_a_ledger_is_append_only_for_its_owner_too(
    transaction: Connection, table: str, statement: str
) -> None:
    add(transaction, table)
    name = {"erasures": "erased_by", "retention_log": "gone_by"}[table]
    with pytest.raises(psycopg.errors.RestrictViolation, match=f"{table} is append-only"):
        transaction.execute(statement.format(table, name, "'x'").encode())


def test_every_row_is_found_by_an_index(connection: Connection, own_term: Term) -> None:
    connection.execute("SET enable_seqscan = off")
    statements: list[tuple[Any, ...]] = connection.execute(
        "SELECT table_name, column_name, statement FROM erasure_statements()"
        " WHERE step IN ('lock', 'erase', 'prove') AND table_name NOT LIKE '%delta'"
    ).fetchall()
    assert len(statements) > 30
    literal = f"'{own_term.learner}'::uuid"
    for table, _, statement in statements:
        text = statement.replace("$1", literal).replace("$2", literal)
        plan = "\n".join(column(connection, f"EXPLAIN {text}"))
        assert "Seq Scan" not in plan, (table, plan)
