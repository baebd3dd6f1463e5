"""The SQL of an earlier commit, from git, in one database with that of the present."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.commits import extract
from benchmarks.support.harness import Connection, Limit, Run

SECTIONS = 50
CLASS = 50

# courses of 50 sections, 50 learners in each, everybody with progress in all of them
WORLD = f"""
    INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
    SELECT 'Course ' || n, '[]', 'beginner' FROM generate_series(1, {{courses}}) AS n;
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses;
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{{{}}}}'
    FROM learning_modules AS m, generate_series(1, {SECTIONS}) AS n;
    INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
    SELECT n || '@example.com', 'Ada', 'Lovelace', 'graduate', '{{{{}}}}'
    FROM generate_series(1, {{courses}} * {CLASS}) AS n;
    INSERT INTO course_enrollments (learner_id, course_id)
    SELECT l.id, c.id
    FROM (SELECT id, row_number() OVER () - 1 AS number FROM learners) AS l
    JOIN (SELECT id, row_number() OVER () - 1 AS number FROM educational_courses) AS c
    ON l.number / {CLASS} = c.number;
    INSERT INTO section_progress (learner_id, section_id, course_id, status)
    SELECT e.learner_id, s.id, s.course_id, 'in_progress'
    FROM course_enrollments AS e JOIN learning_sections AS s USING (course_id);
    INSERT INTO educational_assessments (
        course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
        total_points, passing_score, attempts_allowed, questions
    )
    SELECT c.id, 'Test', 'summative', 'essay', '[]', '{{{{}}}}', 10, 5, NULL, '[]'
    FROM educational_courses AS c;
    ANALYZE
"""
# each event of a thousand is of another learner in another section
EVENTS = f"""
    SELECT e.learner_id::text, s.id::text
    FROM (SELECT *, row_number() OVER (ORDER BY learner_id) AS number FROM course_enrollments) AS e
    JOIN (
        SELECT *, row_number() OVER (PARTITION BY course_id ORDER BY id) AS number
        FROM learning_sections
    ) AS s ON e.course_id = s.course_id AND e.number % {SECTIONS} + 1 = s.number
    ORDER BY e.number
"""
ATTEMPTS = """
    SELECT e.learner_id, a.id
    FROM course_enrollments AS e JOIN educational_assessments AS a USING (course_id)
    ORDER BY e.learner_id
"""
ATTEMPT = """
    INSERT INTO assessment_attempts
        (learner_id, assessment_id, attempt_number, responses, completion_status, score)
    VALUES (%s, %s, %s, '[]', 'graded', 7)
"""


def install(connection: Connection, commit: str) -> None:
    """Run the SQL files of a commit, in their order, in the new schema `earlier`."""
    connection.execute("CREATE SCHEMA earlier")
    use(connection, "earlier")
    with tempfile.TemporaryDirectory(prefix="lms-earlier-") as name:
        extract(commit, Path(name), "schema")
        schema = Path(name) / "schema"
        for line in (schema / "ORDER").read_text().splitlines():
            connection.execute((schema / line.split()[1]).read_bytes())


def use(connection: Connection, schema: str) -> None:
    """Let the session work in a schema."""
    connection.execute("SELECT set_config('search_path', %s, FALSE)", (schema,))


def compare(
    run: Run,
    connection: Connection,
    what: str,
    do: Callable[[Connection, str], object],
    *,
    sides: Mapping[str, str],
    first: Callable[[Connection, str], object] = lambda _session, _schema: None,
    after: Callable[[Connection], object] = lambda _session: None,
    cpu_limit: Limit | None = None,
    **options: Any,
) -> None:
    """Compare in turns what a session does in two schemas of the connection's database.

    The session is a new one, as an application's is. One that loaded rows goes on with the plans
    that many rows made it choose: events of 5600a17, which are planned anew at each call, took a
    quarter less CPU in it. Flushes are left out, as in ingest.py.

    Args:
        run: Where to record it.
        connection: To the database.
        what: What is measured.
        do: It, in the session and the schema of that name, which is the session's search path.
        sides: The schema of each side.
        first: What to do there before, unmeasured.
        after: What to do there afterwards, unmeasured.
        cpu_limit: What the CPU seconds of the session must keep to; None: they are not measured.
        options: Of Run.compare.
    """
    with fresh(run.conninfo(connection), "public") as session:
        session.execute("SET synchronous_commit = off")

        def begin(schema: str) -> None:
            use(session, schema)
            first(session, schema)

        run.compare(
            what,
            {side: partial(do, session, schema) for side, schema in sides.items()},
            before={side: partial(begin, schema) for side, schema in sides.items()},
            after=partial(after, session),
            cpu_of=session if cpu_limit else None,
            cpu_limit=cpu_limit,
            **options,
        )


@contextmanager
def fresh(conninfo: str, schema: str) -> Iterator[Connection]:
    """A session in a schema, without plans yet."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        use(connection, schema)
        yield connection


def in_schema(connection: Connection, schema: str, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query in a schema."""
    use(connection, schema)
    return connection.execute(query.encode()).fetchall()


def batch(pairs: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Events of pairs of learner and section, as record_interactions takes them."""
    return [
        {"learner_id": learner, "section_id": section, "interaction_type": "discussion"}
        for learner, section in pairs
    ]
