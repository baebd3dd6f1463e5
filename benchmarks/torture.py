"""Eight writers against refreshes of the analytics, and whether these are true afterwards.

The writers insert, update, upsert and delete in every source, many transactions at once: late
events, moves between learners, courses and months, cascades, transactions that stay open and
transactions that are undone. Meanwhile one session refreshes, another checks, and a third holds the
live views against what the tables give in the same snapshot.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg

from benchmarks.support.harness import Limit, Run, benchmark
from benchmarks.support.recomputed import live_differences

WRITERS = 8
LEARNERS, COURSES, SECTIONS, ASSESSMENTS = 40, 3, 8, 3

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass
class Outcome:
    """What happened.

    Attributes:
        happened: A word for each transaction, committed, undone or the error that ended it, and for
            each refresh, check and look at the live views.
        differences: What check_learning_analytics() ever found; nothing is the rule.
        live_differences: What the live views ever showed and the tables did not give; likewise.
        stuck: Deadlocks that a queue or a summary had a part in, and errors that no writer should
            see; nothing is the rule.
    """

    happened: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    live_differences: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)


EXPECTED = (psycopg.IntegrityError, psycopg.errors.SerializationFailure)
"""What the schema rejects, and a row that moves to another partition while another waits for it."""

WRITES = (
    # events: of now, and two months late
    "INSERT INTO learning_interactions (learner_id, section_id, course_id, interaction_type,"
    " interaction_data, learning_effectiveness, timestamp)"
    " SELECT %(learner)s, s.id, s.course_id, %(type)s, '{{}}', %(score)s, %(time)s"
    " FROM learning_sections AS s WHERE s.course_id = %(course)s",
    "SELECT record_interaction(%(learner)s, s.id, %(type)s, p_timestamp => %(time)s,"
    " p_id => %(id)s, p_duration_seconds => 31)"
    " FROM learning_sections AS s WHERE s.course_id = %(course)s ORDER BY s.id LIMIT 1",
    "UPDATE learning_interactions SET learning_effectiveness = %(score)s, interaction_type ="
    " %(type)s WHERE learner_id = %(learner)s AND course_id = %(course)s",
    "UPDATE learning_interactions SET timestamp = timestamp - interval '31 days', learner_id ="
    " %(other)s WHERE learner_id = %(learner)s AND course_id = %(course)s",
    "DELETE FROM learning_interactions WHERE learner_id = %(learner)s",
    # progress, which enrollments follow
    "INSERT INTO section_progress (learner_id, section_id, course_id, status,"
    " completion_percentage, comprehension_score)"
    " SELECT %(learner)s, s.id, s.course_id, 'in_progress', %(number)s, %(score)s"
    " FROM learning_sections AS s WHERE s.course_id = %(course)s"
    " ON CONFLICT (learner_id, section_id) DO UPDATE SET completion_percentage ="
    " excluded.completion_percentage, comprehension_score = excluded.comprehension_score",
    "UPDATE section_progress SET retention_score = %(score)s, interaction_count = %(number)s"
    " WHERE learner_id = %(learner)s",
    "DELETE FROM section_progress WHERE learner_id = %(learner)s AND course_id = %(course)s",
    "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%(learner)s, %(course)s)"
    " ON CONFLICT (learner_id, course_id) DO UPDATE SET engagement_score = %(score)s",
    "UPDATE course_enrollments SET course_id = %(other_course)s WHERE learner_id = %(learner)s",
    "DELETE FROM course_enrollments WHERE learner_id = %(learner)s AND course_id = %(course)s",
    "INSERT INTO learning_sessions (learner_id, course_id, session_start, session_end,"
    " focus_score) VALUES (%(learner)s, %(course)s, %(time)s,"
    " %(time)s + interval '1 minute' * %(number)s, %(score)s)",
    "UPDATE learning_sessions SET engagement_level = 'high', productivity_score = %(score)s"
    " WHERE learner_id = %(learner)s",
    "DELETE FROM learning_sessions WHERE learner_id = %(learner)s",
    "MERGE INTO assessment_attempts AS t USING (SELECT a.id FROM educational_assessments AS a"
    " WHERE a.course_id = %(course)s) AS a ON t.learner_id = %(learner)s AND t.assessment_id = a.id"
    " AND t.attempt_number = %(number)s %% 4 + 1 WHEN MATCHED THEN UPDATE SET"
    " score = %(number)s %% 11, completion_status = 'graded' WHEN NOT MATCHED THEN INSERT"
    " (learner_id, assessment_id, attempt_number, responses, score, completion_status) VALUES"
    " (%(learner)s, a.id, %(number)s %% 4 + 1, '[]', %(number)s %% 11, 'graded')",
    "UPDATE assessment_attempts SET completion_status = 'submitted' WHERE learner_id ="
    " %(learner)s AND attempt_number = 1",
    "DELETE FROM assessment_attempts WHERE learner_id = %(learner)s AND attempt_number = 2",
    "UPDATE educational_assessments SET course_id = %(other_course)s WHERE id ="
    " (SELECT id FROM educational_assessments ORDER BY md5(id::text || %(number)s) LIMIT 1)",
    "UPDATE learners SET learning_style = 'auditory' WHERE id = %(learner)s",
    # everything of a learner by cascade, and the same learner again
    "WITH gone AS (DELETE FROM learners WHERE id = %(learner)s) SELECT",
)

LEARNER = (
    "INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)"
    " VALUES (%(learner)s, %(learner)s || '@example.com', 'A', 'B', 'graduate', '{}')"
    " ON CONFLICT (id) DO NOTHING"
)

WORLD = f"""
    INSERT INTO learners (id, email, first_name, last_name, academic_level, data_consent)
    SELECT md5('l' || n)::uuid, n || '@example.com', 'A', 'B', 'graduate', '{{}}'
    FROM generate_series(1, {LEARNERS}) AS n;
    INSERT INTO educational_courses (id, title, learning_objectives, difficulty_level)
    SELECT md5('c' || n)::uuid, 'Course ' || n, '[]', 'beginner'
    FROM generate_series(1, {COURSES}) AS n;
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses;
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{}}'
    FROM learning_modules AS m, generate_series(1, {SECTIONS}) AS n;
    INSERT INTO educational_assessments (
        course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
        total_points, questions, attempts_allowed
    )
    SELECT c.id, 'Test', 'formative', 'essay', '[]', '{{}}', 10, '[]', NULL
    FROM educational_courses AS c, generate_series(1, {ASSESSMENTS});
"""


def torture(conninfo: str, seconds: float, seed: int = 1) -> Outcome:
    """Write, refresh and check at once for so long; then refresh and check once more.

    Args:
        conninfo: A migrated, empty database.
        seconds: For how long.
        seed: Of what is written; in which order depends on the threads.
    """
    outcome = Outcome()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(WORLD.encode())
    stop = threading.Event()
    threads = [
        threading.Thread(target=_write, args=(conninfo, Random(seed * 100 + n), stop, outcome))  # noqa: S311
        for n in range(WRITERS)
    ]
    threads += [
        threading.Thread(target=work, args=(conninfo, stop, outcome))
        for work in (_refresh, _check, _look)
    ]
    for thread in threads:
        thread.start()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        outcome.differences += _differences(connection)  # with what is queued
        connection.execute("SELECT refresh_learning_analytics()")
        outcome.differences += _differences(connection)
    return outcome


def _write(conninfo: str, random: Random, stop: threading.Event, outcome: Outcome) -> None:
    with psycopg.connect(conninfo) as connection:
        while not stop.is_set():
            try:
                _transaction(connection, random)
                if random.random() < 0.15:
                    connection.rollback()
                    outcome.happened.append("undone")
                else:
                    connection.commit()
                    outcome.happened.append("committed")
            except psycopg.Error as error:
                connection.rollback()
                outcome.happened.append(type(error).__name__)
                text = f"{error} {error.diag.context}"
                if isinstance(error, psycopg.errors.DeadlockDetected):
                    if "_delta" in text or "_summary" in text:
                        outcome.stuck.append(text)
                elif not isinstance(error, EXPECTED):
                    outcome.stuck.append(text)


def _transaction(connection: Connection, random: Random) -> None:
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        learner, other = (
            uuid.UUID(bytes=_md5(f"l{random.randint(1, LEARNERS)}")) for _ in range(2)
        )
        course, other_course = (
            uuid.UUID(bytes=_md5(f"c{random.randint(1, COURSES)}")) for _ in range(2)
        )
        days = random.choice((0, 0, 1, 62))
        values = {
            "learner": learner,
            "other": other,
            "course": course,
            "other_course": other_course,
            "type": random.choice(("content_view", "discussion", "help_request", "reflection")),
            "score": random.choice((None, "0.01", "0.5", "1")),
            "number": random.randint(0, 100),
            "id": uuid.UUID(int=random.randint(1, 500)),
            "time": datetime.now(UTC) - timedelta(days=days, seconds=random.randint(0, 9999)),
        }
        connection.execute(random.choice(WRITES).replace("{{}}", "{}").encode(), values)
        connection.execute(LEARNER.encode(), values)
    if random.random() < 0.05:
        connection.execute("SELECT pg_sleep(%s)", (random.random(),))  # it stays open


def _refresh(conninfo: str, stop: threading.Event, outcome: Outcome) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not stop.is_set():
            connection.execute("SELECT refresh_learning_analytics()")
            outcome.happened.append("refreshes")


def _check(conninfo: str, stop: threading.Event, outcome: Outcome) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not stop.is_set():
            outcome.differences += _differences(connection)
            outcome.happened.append("checks")


def _look(conninfo: str, stop: threading.Event, outcome: Outcome) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while not stop.is_set():
            outcome.live_differences += live_differences(connection)
            outcome.happened.append("looks")


def _differences(connection: Connection) -> list[str]:
    return [
        row[0] for row in connection.execute("SELECT c::text FROM check_learning_analytics() AS c")
    ]


def _md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


@benchmark("torture", "Whether the analytics stay true while eight writers and refreshes collide")
def command(run: Run) -> None:
    """Torture for two minutes."""
    seconds = run.size("seconds", 120, 10)
    with run.database() as connection:
        start = time.perf_counter()
        outcome = torture(run.conninfo(connection), seconds)
        took = time.perf_counter() - start
    for what, count in sorted(Counter(outcome.happened).items()):
        run.record(what, "times", {"in all": [float(count)]})
    run.record("seconds", "s", {"in all": [took]})
    for line in outcome.differences[:10] + outcome.live_differences[:10] + outcome.stuck[:10]:
        print(line)
    differences = [float(len(outcome.differences))]
    run.record("rows of check_learning_analytics()", "rows", {"in all": differences}, Limit(0))
    live = [float(len(outcome.live_differences))]
    run.record("figures of live views that are not the tables'", "rows", {"in all": live}, Limit(0))
    stuck = [float(len(outcome.stuck))]
    run.record(
        "deadlocks on queues or summaries, other errors", "times", {"in all": stuck}, Limit(0)
    )


if __name__ == "__main__":
    command()
