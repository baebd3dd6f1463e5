"""What keeping derived numbers true costs: the same writes with and without the package's triggers.

Both sides run in one session on one server, in turns. `python benchmarks/derived.py [CONNINFO]`
makes a database of its own on that server, by default on a disposable embedded one.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

import lms_schema
from lms_schema import embedded

Connection = psycopg.Connection[tuple[Any, ...]]

LEARNERS, SECTIONS = 1_000, 100
EXAMINEES, ITEMS = 15_000, 30
ROUNDS = 5
NAME = "lms_benchmark_derived"

MOST_TIMES = 3.0
MOST_SECONDS = 3.0

COURSE: LiteralString = """
    INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
    VALUES ('Course', '[]', 'beginner');
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses;
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{}}'
    FROM learning_modules AS m, generate_series(1, {sections}) AS n;
    INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
    SELECT 'learner' || n || '@example.com', 'A', 'B', 'graduate', '{{}}'
    FROM generate_series(1, {examinees}) AS n;
    INSERT INTO course_enrollments (learner_id, course_id)
    SELECT l.id, c.id FROM educational_courses AS c, (SELECT id FROM learners LIMIT {learners}) AS l
"""
PROGRESS: LiteralString = """
    INSERT INTO section_progress (learner_id, section_id, course_id, completion_percentage)
    SELECT e.learner_id, s.id, s.course_id, 10
    FROM course_enrollments AS e JOIN learning_sections AS s USING (course_id)
"""
ATTEMPTS: LiteralString = """
    INSERT INTO educational_assessments (
        course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
        total_points, questions
    )
    SELECT c.id, 'Test', 'summative', 'multiple_choice', '[]', '{{}}', {items}, (
        SELECT jsonb_agg(jsonb_build_object('id', 'q' || n, 'points', 1) ORDER BY n)
        FROM generate_series(1, {items}) AS n
    )
    FROM educational_courses AS c;
    SELECT setseed(0.5);
    INSERT INTO assessment_attempts (
        learner_id, assessment_id, attempt_number, completion_status, score, responses
    )
    SELECT l.id, a.id, 1, 'graded', {items}, (
        SELECT jsonb_agg(jsonb_build_object(
            'question_id', 'q' || n, 'points', (random() < l.ability)::integer, 'answer', 'a'
        ))
        FROM generate_series(1, {items}) AS n
    )
    FROM (SELECT id, random() AS ability FROM learners) AS l, educational_assessments AS a
"""
UPDATE_ALL = "UPDATE section_progress SET completion_percentage = 90 - completion_percentage"
UPDATE_ONE = UPDATE_ALL + " WHERE id = (SELECT id FROM section_progress LIMIT 1)"
ITEM_STATISTICS = (
    "SELECT s.* FROM educational_assessments AS a, calculate_item_statistics(a.id) AS s"
)
ASSESSMENT_STATISTICS = "SELECT calculate_assessment_statistics(id) FROM educational_assessments"


def main() -> int:
    """Measure, print, and return 1 when a limit is missed."""
    with server() as conninfo, psycopg.connect(conninfo, autocommit=True) as connection:
        version = connection.info.parameter_status("server_version")
        print(f"PostgreSQL {version}; medians of {ROUNDS} rounds, both sides in turns\n")
        execute(connection, COURSE)
        insert = against(connection, PROGRESS, after="TRUNCATE section_progress CASCADE")
        report("insert of 100,000 rows of section_progress", *insert)
        execute(connection, PROGRESS)
        report("update of one row", *against(connection, UPDATE_ONE, times=50))
        update = [
            against(
                connection,
                UPDATE_ALL,
                warm_up=UPDATE_ONE if is_warm else None,
                after="VACUUM section_progress, course_enrollments",
            )
            for is_warm in (False, True)
        ]
        report("update of 100,000 rows of section_progress", *update[0])
        report("the same in a session that updated single rows before", *update[1])
        execute(connection, ATTEMPTS)
        seconds = [
            statistics.median(timed(connection, statement) for _ in range(ROUNDS))
            for statement in (ITEM_STATISTICS, ASSESSMENT_STATISTICS)
        ]
        print(f"{EXAMINEES:,} learners x {ITEMS} items:")
        print(f"    calculate_item_statistics {seconds[0]:.2f} s")
        print(f"    calculate_assessment_statistics {seconds[1]:.2f} s")
        print("all of these rows:")
        for function in ("recalculate_course_metrics", "check_derived_columns"):
            print(f"    {function} {timed(connection, f'SELECT * FROM {function}()'):.2f} s")
    is_met = seconds[0] <= MOST_SECONDS and all(
        with_triggers / without <= MOST_TIMES for without, with_triggers in update
    )
    print(f"\nlimits ({MOST_TIMES:g} times, {MOST_SECONDS:g} s): {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


@contextmanager
def server() -> Iterator[str]:
    """A migrated database of this benchmark's own, dropped afterwards."""
    with tempfile.TemporaryDirectory(prefix="lms") as data:
        host = sys.argv[1] if len(sys.argv) > 1 else embedded.start(data)
        name = sql.Identifier(NAME)
        with psycopg.connect(host, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {}").format(name))
            try:
                conninfo = make_conninfo(host, dbname=NAME)
                lms_schema.migrate(conninfo, schema="public")
                yield conninfo
            finally:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def execute(connection: Connection, text: LiteralString) -> None:
    """Run statements, filled with the sizes of the data."""
    sizes = {"learners": LEARNERS, "sections": SECTIONS, "examinees": EXAMINEES, "items": ITEMS}
    connection.execute(text.format(**sizes).encode() if "{" in text else text)


def against(
    connection: Connection,
    statement: LiteralString,
    *,
    warm_up: LiteralString | None = None,
    after: LiteralString | None = None,
    times: int = 1,
) -> tuple[float, float]:
    """Median seconds of a statement without and with the triggers of section_progress.

    Each round enables or disables them, which makes the session forget its plans; after some
    executions of `warm_up` it keeps those of that statement.
    """
    seconds: dict[str, list[float]] = {"DISABLE": [], "ENABLE": []}
    for _ in range(ROUNDS):
        for mode, found in seconds.items():
            connection.execute(f"ALTER TABLE section_progress {mode} TRIGGER USER".encode())
            for _ in range(10 if warm_up else 0):
                connection.execute(warm_up or "")
            found += [timed(connection, statement) for _ in range(times)]
            if after:
                connection.execute(after)
    return statistics.median(seconds["DISABLE"]), statistics.median(seconds["ENABLE"])


def timed(connection: Connection, statement: str) -> float:
    """Seconds that a statement takes."""
    start = time.perf_counter()
    connection.execute(statement.encode())
    return time.perf_counter() - start


def report(what: str, without: float, with_triggers: float) -> None:
    """Print both sides and their ratio."""
    print(
        f"{what}: {1000 * without:.1f} ms without triggers, {1000 * with_triggers:.1f} ms with: "
        f"{with_triggers / without:.2f} times"
    )


if __name__ == "__main__":
    sys.exit(main())
