"""What writes cost beside an earlier release: its SQL, from git, and the present's side by side.

LMS_EARLIER_COMMIT names the earlier one; by default it is the last one without sums that are kept
on the enrollment.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, cycle
from typing import Any

import psycopg

import lms_schema
from benchmarks.support import earlier_sql
from benchmarks.support.earlier_sql import (
    ATTEMPT,
    ATTEMPTS,
    EVENTS,
    SECTIONS,
    WORLD,
    batch,
    fresh,
    in_schema,
    install,
    use,
)
from benchmarks.support.harness import Connection, Limit, Run, benchmark

COMMIT = os.environ.get("LMS_EARLIER_COMMIT", "5600a17")
SIDES = {COMMIT: "earlier", "now": "public"}
"""The schema of each side."""

compare = partial(earlier_sql.compare, sides=SIDES)

CALLS = "calls a turn"
SESSIONS = 8
NEWCOMERS = """
    INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
    VALUES ('Open to all', '[]', 'beginner');
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses WHERE title = 'Open to all';
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{}}'
    FROM learning_modules AS m JOIN educational_courses AS c ON m.course_id = c.id
    CROSS JOIN generate_series(1, 50) AS n WHERE c.title = 'Open to all';
    INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
    SELECT n || '@example.org', 'Ada', 'Lovelace', 'graduate', '{{}}'
    FROM generate_series(1, {newcomers}) AS n;
    ANALYZE
"""
OPEN_COURSE = "SELECT id FROM educational_courses WHERE title = 'Open to all'"
EXPEL = f"DELETE FROM course_enrollments WHERE course_id = ({OPEN_COURSE})"
MODULES = """
    WITH course AS (
        INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
        VALUES ('Long', '[]', 'beginner') RETURNING id
    ),
    module AS (
        SELECT gen_random_uuid() AS id, n FROM generate_series(1, {count}) AS n
    )
    INSERT INTO learning_modules (
        id, course_id, title, module_order, learning_objectives, bloom_taxonomy_level,
        prerequisite_modules
    )
    SELECT m.id, c.id, 'Module', m.n, '[]', 'apply', coalesce((
        SELECT jsonb_agg(p.id) FROM module AS p WHERE p.n < m.n AND p.n >= m.n - {most}
    ), '[]')
    FROM module AS m, course AS c
"""


@benchmark("earlier", f"What writes cost beside commit {COMMIT}, and whether they grow as they may")
def earlier(run: Run) -> None:
    """Install both, give them the same rows, and measure."""
    courses = run.size("courses", 20, 2)
    with run.database() as connection:
        install(connection, COMMIT)
        for schema in SIDES.values():
            use(connection, schema)
            connection.execute(WORLD.format(courses=courses).encode())
        _ingest(run, connection)
        _attempts(run, connection)
        _progress(run, connection)
        _enrollments(run, connection)
        _batches(run, connection)
        _prerequisites(run, connection)
        _months(run, connection, courses)


def in_each(connection: Connection, query: str) -> dict[str, list[tuple[Any, ...]]]:
    """Rows of a query in the schema of each side."""
    return {schema: in_schema(connection, schema, query) for schema in SIDES.values()}


def _ingest(run: Run, connection: Connection) -> None:
    pairs = in_each(connection, EVENTS)
    turns = {schema: cycle(rows) for schema, rows in pairs.items()}
    compare(
        run,
        connection,
        "record_interaction",
        lambda session, schema: session.execute(
            "SELECT record_interaction(%s, %s, 'discussion', p_duration_seconds => 60)",
            next(turns[schema]),
        ),
        times=run.size(CALLS, 100, 20),
        rounds=27,
        cpu_limit=Limit(0.5),
    )
    batches = {schema: batch(rows) for schema, rows in pairs.items()}
    compare(
        run,
        connection,
        f"record_interactions, a batch of {len(pairs['public']):,}",
        lambda session, schema: session.execute(
            "SELECT record_interactions(%s)", (json.dumps(batches[schema]),)
        ),
        rounds=27,
        cpu_limit=Limit(0.6),
    )


def _attempts(run: Run, connection: Connection) -> None:
    turns = {
        schema: zip(cycle(rows), count(1), strict=False)
        for schema, rows in in_each(connection, ATTEMPTS).items()
    }

    def insert(session: Connection, schema: str) -> None:
        (learner, assessment), number = next(turns[schema])
        session.execute(ATTEMPT, (learner, assessment, number))

    compare(
        run,
        connection,
        "insert of a graded attempt",
        insert,
        times=run.size(CALLS, 100, 20),
        rounds=27,
        cpu_limit=Limit(1.0),
    )


def _progress(run: Run, connection: Connection) -> None:
    rows = run.size("progress rows of an UPDATE", 100_000, 5_000)
    learners = rows // SECTIONS
    newcomers = run.size("newcomers", 8_000, 500)
    for schema in SIDES.values():
        use(connection, schema)
        connection.execute(NEWCOMERS.format(newcomers=newcomers).encode())
        connection.execute(
            "INSERT INTO section_progress (learner_id, section_id, course_id, status)"
            " SELECT l.id, s.id, s.course_id, 'in_progress' FROM (SELECT id FROM learners"
            f" WHERE email LIKE '%@example.org' LIMIT {learners}) AS l,"
            f" learning_sections AS s WHERE s.course_id = ({OPEN_COURSE})".encode()
        )
        connection.execute(
            "INSERT INTO course_enrollments (learner_id, course_id)"
            " SELECT DISTINCT learner_id, course_id FROM section_progress"
            f" WHERE course_id = ({OPEN_COURSE})".encode()
        )
    compare(
        run,
        connection,
        f"update of {rows:,} percentages",
        lambda session, _schema: session.execute(
            "UPDATE section_progress SET completion_percentage = 90 - completion_percentage"
            f" WHERE course_id = ({OPEN_COURSE})".encode()
        ),
        after=lambda session: session.execute("VACUUM section_progress, course_enrollments"),
        rounds=9,
        cpu_limit=Limit(0.9),
    )
    for schema in SIDES.values():
        use(connection, schema)
        connection.execute(
            f"DELETE FROM section_progress WHERE course_id = ({OPEN_COURSE})".encode()
        )
        connection.execute(EXPEL.encode())
        connection.execute("VACUUM ANALYZE section_progress, course_enrollments")


def _enrollments(run: Run, connection: Connection) -> None:
    many = run.size("enrollments of a COPY", 5_000, 500)
    conninfo = run.conninfo(connection)
    course = {schema: rows[0][0] for schema, rows in in_each(connection, OPEN_COURSE).items()}
    newcomers = {
        schema: [row[0] for row in rows]
        for schema, rows in in_each(
            connection, "SELECT id FROM learners WHERE email LIKE '%@example.org'"
        ).items()
    }

    def load(_session: Connection, schema: str) -> None:
        text = "".join(f"{learner}\t{course[schema]}\n" for learner in newcomers[schema][:many])
        into = "COPY course_enrollments (learner_id, course_id) FROM STDIN"
        with fresh(conninfo, schema) as session, session.cursor().copy(into) as copy:
            copy.write(text)

    def expel(session: Connection) -> None:
        session.execute(EXPEL.encode())
        session.execute("VACUUM course_enrollments")

    what = f"COPY of {many:,} enrollments in a fresh session"
    compare(run, connection, what, load, after=expel, rounds=9, limit=Limit(0.9))

    use(connection, "public")
    run.compare(
        what,
        {side: partial(load, connection, "public") for side in ("without triggers", "with")},
        before={
            "without triggers": partial(_triggers, connection, "DISABLE"),
            "with": partial(_triggers, connection, "ENABLE"),
        },
        after=partial(expel, connection),
        limit=Limit(2.0),
    )
    _triggers(connection, "ENABLE")

    each = len(newcomers["public"]) // SESSIONS

    def enroll(_session: Connection, schema: str) -> None:
        def session(number: int) -> None:
            with fresh(conninfo, schema) as connection:
                for learner in newcomers[schema][number::SESSIONS]:
                    connection.execute(
                        "INSERT INTO course_enrollments (learner_id, course_id) VALUES (%s, %s)",
                        (learner, course[schema]),
                    )

        with ThreadPoolExecutor(SESSIONS) as pool:
            list(pool.map(session, range(SESSIONS)))

    compare(
        run,
        connection,
        f"{SESSIONS} sessions enroll {each:,} learners each in one course",
        enroll,
        after=expel,
        rounds=3,
        limit=Limit(1.0),
    )


def _triggers(connection: Connection, mode: str) -> None:
    connection.execute(f"ALTER TABLE course_enrollments {mode} TRIGGER USER".encode())


def _batches(run: Run, connection: Connection) -> None:
    size = run.size("events of a batch with a bad one", 10_000, 1_000)
    pairs = cycle(in_each(connection, EVENTS)["public"])
    good = batch([next(pairs) for _ in range(size)])
    bad = [*good[:-1], good[-1] | {"duration_seconds": -1}]

    def record(events: str) -> None:
        with connection.transaction(force_rollback=True):
            try:
                with connection.transaction():
                    connection.execute("SELECT record_interactions(%s)", (events,))
            except psycopg.errors.CheckViolation:
                pass

    run.compare(
        f"a batch of {size:,}",
        {
            "good": partial(record, json.dumps(good)),
            "the last bad": partial(record, json.dumps(bad)),
        },
        rounds=3,
        limit=Limit(2.0),
    )


def _prerequisites(run: Run, connection: Connection) -> None:
    use(connection, "public")
    chain = run.size("modules in a chain", 1_000, 100)
    everything = run.size("modules that require all before", 120, 30)
    for what, modules, most in (
        (f"{chain:,} modules, each requires the one before", chain, 1),
        (f"{everything:,} modules, each requires all before", everything, everything),
    ):
        statement = MODULES.format(count=modules, most=most).encode()
        run.compare(
            what,
            {"insert": partial(connection.execute, statement)},
            rounds=3,
            before={"insert": lambda: connection.execute("BEGIN")},
            after=lambda: connection.execute("ROLLBACK"),
            limit=Limit(1.0),
        )


def _months(run: Run, connection: Connection, courses: int) -> None:
    use(connection, "public")
    lms_schema.migrate(run.conninfo(connection), schema="long")
    sides = {"14 months": "public", "62 months": "long"}
    use(connection, "long")
    connection.execute("SELECT ensure_interaction_partitions(60)")
    connection.execute(WORLD.format(courses=courses).encode())
    turns = {schema: cycle(in_schema(connection, schema, EVENTS)) for schema in sides.values()}
    compare(
        run,
        connection,
        "record_interaction with an id, which is looked for at other times",
        lambda session, schema: session.execute(
            "SELECT record_interaction(%s, %s, 'discussion', p_timestamp => now(),"
            " p_id => gen_random_uuid())",
            next(turns[schema]),
        ),
        sides=sides,
        times=run.size(CALLS, 100, 20),
        rounds=27,
        cpu_limit=Limit(1.2),
    )


if __name__ == "__main__":
    earlier()
