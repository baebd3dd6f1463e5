"""What it costs PostgreSQL that the functions can run on Citus, too: beside the commit before that.

String bodies, arrays in place of transition tables, and plans that are chosen by statement: all of
it is the same to PostgreSQL, but for the time. python -m benchmarks.citus
"""

from __future__ import annotations

import json
from functools import partial
from itertools import count, cycle

from benchmarks.support.earlier_sql import (
    ATTEMPT,
    ATTEMPTS,
    EVENTS,
    SECTIONS,
    WORLD,
    batch,
    compare,
    in_schema,
    install,
    use,
)
from benchmarks.support.harness import Connection, Limit, Run, benchmark

COMMIT = "0ad6ee9"
SIDES = {COMMIT: "earlier", "now": "public"}
MOST = Limit(1.1)

CHANGE = """
    UPDATE section_progress AS sp SET completion_percentage = 90 - sp.completion_percentage
    FROM (SELECT id FROM section_progress ORDER BY id LIMIT {rows}) AS k WHERE sp.id = k.id
"""


@benchmark(
    "citus", f"What it costs PostgreSQL that the functions can run on Citus: beside {COMMIT}"
)
def citus(run: Run) -> None:
    """Install both, give them the same rows, and measure the CPU of a new session in turns."""
    courses = run.size("courses", 20, 2)
    rows = run.size("progress rows of an UPDATE", 20 * 50 * SECTIONS, 2_000)
    changed = run.size("changed rows of a refresh", 10_000, 500)
    with run.database() as connection:
        install(connection, COMMIT)
        for schema in SIDES.values():
            use(connection, schema)
            connection.execute(WORLD.format(courses=courses).encode())
        measure = partial(compare, run, connection, sides=SIDES, cpu_limit=MOST)
        pairs = {schema: in_schema(connection, schema, EVENTS) for schema in SIDES.values()}
        events = {schema: cycle(found) for schema, found in pairs.items()}
        attempts = {
            schema: zip(cycle(in_schema(connection, schema, ATTEMPTS)), count(1), strict=False)
            for schema in SIDES.values()
        }
        times = run.size("calls a turn", 300, 20)

        def attempt(session: Connection, schema: str) -> None:
            (learner, assessment), number = next(attempts[schema])
            session.execute(ATTEMPT, (learner, assessment, number))

        measure(
            "record_interaction",
            lambda session, schema: session.execute(
                "SELECT record_interaction(%s, %s, 'discussion', p_duration_seconds => 60)",
                next(events[schema]),
            ),
            times=times,
            rounds=9,
        )
        batches = {schema: json.dumps(batch(found)) for schema, found in pairs.items()}
        measure(
            f"record_interactions, a batch of {len(pairs['public']):,}",
            lambda session, schema: session.execute(
                "SELECT record_interactions(%s)", (batches[schema],)
            ),
            times=3,
            rounds=9,
        )
        measure("insert of a graded attempt", attempt, times=times, rounds=9)
        measure(
            f"update of {rows:,} percentages",
            lambda session, _schema: session.execute(CHANGE.format(rows=rows).encode()),
            after=lambda session: session.execute("VACUUM section_progress, course_enrollments"),
        )
        measure(
            f"refresh_learning_analytics after {changed:,} changed rows",
            lambda session, _schema: session.execute("SELECT refresh_learning_analytics()"),
            first=lambda session, _schema: session.execute(CHANGE.format(rows=changed).encode()),
            rounds=9,
        )
        measure(
            "recalculate_course_metrics",
            lambda session, _schema: session.execute("SELECT recalculate_course_metrics()"),
            rounds=9,
        )


if __name__ == "__main__":
    citus()
