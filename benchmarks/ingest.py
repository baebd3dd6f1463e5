"""What logging events costs: with the analytics' triggers and without, and how much two clients do.

Without: the same table, indexes, foreign keys and constraints, and the four statement triggers of
the analytics disabled. Many short turns of each, of which what comes first is not measured, since
switching triggers makes the backend plan anew; both sides fill the same table. CPU is the backend's
own, with synchronous_commit off: waiting for the disk costs both sides the same, several times what
an event costs and as much more or less from one moment to the next, which only hides the
difference.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from typing import LiteralString

import psycopg

from benchmarks.support.harness import Action, Connection, Limit, Run, benchmark

BATCH = 1_000
MOST = 1.15

COLUMNS = (
    "id, learner_id, section_id, course_id, interaction_type, interaction_data, duration_seconds,"
    " learning_effectiveness, device_type, session_id, timestamp"
)

WORLD = f"""
    INSERT INTO learners (email, first_name, last_name, academic_level, data_consent)
    SELECT n || '@example.com', 'A', 'B', 'graduate', '{{}}' FROM generate_series(1, 5000) AS n;
    INSERT INTO educational_courses (title, learning_objectives, difficulty_level)
    SELECT 'Course ' || n, '[]', 'beginner' FROM generate_series(1, 20) AS n;
    INSERT INTO learning_modules
        (course_id, title, module_order, learning_objectives, bloom_taxonomy_level)
    SELECT id, 'Module', 1, '[]', 'apply' FROM educational_courses;
    INSERT INTO learning_sections (module_id, title, section_order, content_type, content_data)
    SELECT m.id, 'Section', n, 'text', '{{}}'
    FROM learning_modules AS m, generate_series(1, 100) AS n;
    SELECT setseed(0.5);
    -- batches as an application has them: random learners in random sections
    CREATE UNLOGGED TABLE event AS
    SELECT
        n / {BATCH} AS batch, gen_random_uuid() AS id, l.id AS learner_id, s.id AS section_id,
        s.course_id,
        (enum_range(NULL::interaction_type))[1 + n % 7] AS interaction_type,
        '{{"clicks": 3}}'::jsonb AS interaction_data, n % 600 AS duration_seconds,
        CASE WHEN n % 3 = 0 THEN 0.5 END AS learning_effectiveness, 'desktop' AS device_type,
        gen_random_uuid() AS session_id, now() - interval '1 second' * n AS timestamp
    FROM
        (
            SELECT
                n, 1 + floor(random() * 5000)::integer AS learner,
                1 + floor(random() * 2000)::integer AS section
            FROM generate_series(0, {BATCH} * 20 - 1) AS n
        ) AS n
    INNER JOIN (SELECT id, row_number() OVER () AS number FROM learners) AS l
        ON l.number = n.learner
    INNER JOIN (SELECT id, course_id, row_number() OVER () AS number FROM learning_sections) AS s
        ON s.number = n.section;
    CREATE INDEX ON event (batch);
    ANALYZE;
"""

VALUES = COLUMNS.removeprefix("id, ").replace("interaction_data", "interaction_data::text")

SINGLE = f"""
    INSERT INTO learning_interactions ({COLUMNS})
    VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
MANY = f"""
    INSERT INTO learning_interactions ({COLUMNS})
    SELECT gen_random_uuid(), {COLUMNS.removeprefix("id, ")} FROM event WHERE batch = %s
"""


@benchmark("ingest", "What the analytics cost whoever logs events, and what two clients log")
def command(run: Run) -> None:
    """Measure single rows, batches, and sustained ingest."""
    rounds = run.size("rounds", 60, 3)
    singles = run.size("single rows a turn", 300, 50)
    batches = run.size("batches of 1,000 a turn", 3, 1)
    with run.database() as connection:
        connection.execute(WORLD.encode())
        connection.execute("SET synchronous_commit = off")
        connection.prepare_threshold = 0
        rows = connection.execute(
            f"SELECT {VALUES} FROM event ORDER BY batch, id".encode()
        ).fetchall()
        events, numbers = cycle(rows), cycle(range(20))

        def one() -> None:
            connection.execute(SINGLE, next(events))

        def many() -> None:
            connection.execute(MANY, (next(numbers),))

        def begin(mode: LiteralString, action: Action, unmeasured: int) -> None:
            _switch(connection, mode)
            for _ in range(unmeasured):
                action()

        for what, action, times, unmeasured in (
            ("one event", one, singles, 30),
            (f"{BATCH:,} events in one statement", many, batches, 1),
        ):
            run.compare(
                what,
                {"without": action, "with analytics": action},
                rounds=rounds,
                times=times,
                before={
                    "without": partial(begin, "DISABLE", action, unmeasured),
                    "with analytics": partial(begin, "ENABLE", action, unmeasured),
                },
                cpu_of=connection,
                cpu_limit=Limit(MOST),
            )
        connection.execute("TRUNCATE learning_interactions")
        connection.execute("RESET synchronous_commit")
        _switch(connection, "ENABLE")
        _sustained(run, connection)


def _switch(connection: Connection, mode: LiteralString) -> None:
    for event in ("insert", "update", "delete", "truncate"):
        connection.execute(
            f"ALTER TABLE learning_interactions {mode} TRIGGER"
            f" learning_interactions_delta_{event}".encode()
        )


def _sustained(run: Run, connection: Connection) -> None:
    """Two clients, batch after batch, against COPY of the same rows into a bare heap table."""
    count = run.size("batches of sustained ingest", 200, 4)
    conninfo = run.conninfo(connection)

    def client() -> None:
        with psycopg.connect(conninfo, autocommit=True) as own:
            for number in range(count // 2):
                own.execute(MANY, (number % 20,))

    def ingest() -> None:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(client) for _ in range(2)]:
                done.result()

    text = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {COLUMNS} FROM event) TO STDOUT".encode()) as source,
    ):
        for block in source:
            text.write(block)
    connection.execute(f"CREATE TABLE bare AS SELECT {COLUMNS} FROM event WITH NO DATA".encode())

    def copy() -> None:
        for _ in range(count // 20 or 1):
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY bare ({COLUMNS}) FROM STDIN".encode()) as target,
            ):
                target.write(text.getvalue())

    run.compare(
        f"{count * BATCH:,} events: two clients, against COPY into a bare heap table",
        {"COPY, bare": copy, "two clients": ingest},
        rounds=3,
        after=lambda: connection.execute("TRUNCATE bare"),
    )
    seconds = run.result.measurements[-1].sides
    run.record(
        "sustained ingest of two clients",
        "rows/s",
        {"two clients": [count * BATCH / value for value in seconds["two clients"]]},
    )


if __name__ == "__main__":
    command()
