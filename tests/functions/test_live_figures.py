"""The live views are what the tables add up to in the reader's snapshot, without a refresh."""

from __future__ import annotations

from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.analytics import REFRESH, AnalyticsHistory, wrong_live
from support.properties import examples
from support.race import connections
from support.rows import Connection, add, read, rolled_back, scalar

SOURCES = (
    "course_enrollments",
    "section_progress",
    "assessment_attempts",
    "learning_sessions",
    "learning_interactions",
)
COURSES = 3
LEARNERS = 200


@examples(15)
@given(seed=st.integers(0, 10**6))
def test_live_views_are_what_python_computes_at_any_moment_of_a_history(
    transaction: Connection, seed: int
) -> None:
    with rolled_back(transaction):
        transaction.execute("SELECT setseed(%s)", (seed / 10**6,))
        history = AnalyticsHistory(transaction, Random(seed))  # noqa: S311
        for _ in range(6):
            history.run(6)
            assert wrong_live(transaction) == []
            if history.random.random() < 0.5:
                transaction.execute(REFRESH)
                assert wrong_live(transaction) == []


@pytest.mark.parametrize("source", SOURCES)
def test_live_views_follow_a_truncate_before_a_refresh_does(
    transaction: Connection, source: str
) -> None:
    transaction.execute("SELECT setseed(0.5)")
    history = AnalyticsHistory(transaction, Random(4))  # noqa: S311
    history.run(60)
    transaction.execute(REFRESH)
    history.run(20)
    assert read(transaction, source) != []
    transaction.execute(f"TRUNCATE {source} CASCADE".encode())
    history.run(10)
    assert wrong_live(transaction) == []


def test_a_reader_sees_its_own_snapshot_whatever_commits_or_refreshes_meanwhile(
    connection: Connection, database: str
) -> None:
    enrollment = add(connection, "course_enrollments", total_time_spent=10)
    learner, course = enrollment["learner_id"], enrollment["course_id"]
    with connections(database, 1) as (reader,):
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        def seen() -> tuple[Any, Any]:
            return (
                scalar(
                    reader,
                    "SELECT total_learning_sessions FROM learner_analytics WHERE learner_id = %s",
                    learner,
                ),
                scalar(
                    reader,
                    "SELECT total_enrollments FROM course_analytics WHERE course_id = %s",
                    course,
                ),
            )

        assert seen() == (0, 1)
        add(connection, "learning_sessions", learner_id=learner, course_id=course)
        assert seen() == (0, 1)
        connection.execute("DELETE FROM course_enrollments")
        assert seen() == (0, 1)
        connection.execute(REFRESH)
        assert seen() == (0, 1)
        reader.rollback()
        assert seen() == (1, 0)


def test_a_learner_or_course_is_there_before_the_first_refresh(transaction: Connection) -> None:
    learner = add(transaction, "learners")
    course = add(transaction, "educational_courses", title="New")
    assert [row["learner_id"] for row in read(transaction, "learner_analytics")] == [learner["id"]]
    assert [row["course_id"] for row in read(transaction, "course_analytics")] == [course["id"]]
    transaction.execute("UPDATE educational_courses SET title = 'Newer'")
    (row,) = read(transaction, "course_analytics")
    assert row["course_title"] == "Newer"


@pytest.fixture
def busy(own_transaction: Connection) -> tuple[Any, Any]:
    """A learner and a course among many, with summaries of all and changes of all queued.

    The plans of the session are made while all of it is empty.
    """
    courses = [add(own_transaction, "educational_courses")["id"] for _ in range(COURSES)]
    for query in READ_ONE:
        own_transaction.execute(query.encode(), {"learner": courses[0], "course": courses[0]})
    for course in courses:
        module = add(own_transaction, "learning_modules", course_id=course)["id"]
        add(own_transaction, "learning_sections", module_id=module)
        add(own_transaction, "educational_assessments", course_id=course, attempts_allowed=None)
    own_transaction.execute(
        "INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)"
        " SELECT n || '@example.com', 'A', 'B', 'graduate', '{}' FROM generate_series(1, %s) AS n",
        (LEARNERS,),
    )
    for number, refresh in ((1, REFRESH), (2, "SELECT 1")):
        for write in WRITES:
            own_transaction.execute(write.encode(), {"number": number})
        own_transaction.execute(refresh)
    learner = scalar(own_transaction, "SELECT min(id::text) FROM learners")
    return learner, courses[1]


WRITES = (
    "INSERT INTO course_enrollments (learner_id, course_id) SELECT l.id, c.id"
    " FROM learners AS l CROSS JOIN educational_courses AS c"
    " ON CONFLICT (learner_id, course_id) DO UPDATE SET engagement_score = 0.5",
    "INSERT INTO section_progress (learner_id, section_id, course_id, interaction_count)"
    " SELECT e.learner_id, s.id, s.course_id, %(number)s FROM course_enrollments AS e"
    " JOIN learning_sections AS s ON s.course_id = e.course_id"
    " ON CONFLICT (learner_id, section_id) DO UPDATE"
    " SET interaction_count = excluded.interaction_count",
    "INSERT INTO assessment_attempts (learner_id, assessment_id, attempt_number, responses)"
    " SELECT l.id, a.id, %(number)s, '[]'"
    " FROM learners AS l CROSS JOIN educational_assessments AS a",
    "INSERT INTO learning_sessions (learner_id, course_id) SELECT learner_id, course_id"
    " FROM course_enrollments",
    "INSERT INTO learning_interactions (learner_id, section_id, course_id, interaction_type,"
    " interaction_data) SELECT learner_id, section_id, course_id, 'reflection', '{}'"
    " FROM section_progress",
)
READ_ONE = (
    "SELECT * FROM learner_analytics WHERE learner_id = %(learner)s",
    "SELECT * FROM course_analytics WHERE course_id = %(course)s",
)
COUNTERS = """
    SELECT relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0)
    FROM pg_stat_xact_user_tables
    WHERE schemaname = current_schema()
        AND (relname ~ '_(delta|summary)$' OR relname = ANY (%s))
"""


def counters(transaction: Connection) -> dict[str, tuple[int, int]]:
    """Scans of whole tables and rows read by a transaction, in functions that it calls, too."""
    found = transaction.execute(COUNTERS, (list(SOURCES),))
    return {name: (scans, rows) for name, scans, rows in found}


@pytest.mark.parametrize(("query", "most"), list(zip(READ_ONE, (COURSES, LEARNERS), strict=True)))
def test_one_row_is_read_by_index_whatever_is_queued(
    own_transaction: Connection, busy: tuple[Any, Any], query: str, most: int
) -> None:
    values = dict(zip(("learner", "course"), busy, strict=True))
    before = counters(own_transaction)
    assert own_transaction.execute(query.encode(), values).rowcount == 1
    after = counters(own_transaction)
    assert [name for name in after if after[name][0] != before[name][0]] == []
    # those of the key, and not those of all
    rows = {name: after[name][1] - before[name][1] for name in after}
    assert {name: count for name, count in rows.items() if count > 3 * most} == {}
    assert rows["section_progress_delta"] == most
