"""What one row of the live views costs while much is queued.

The course and the learner with most queued are read, through the views and by the owner; then all
of both views are held against what the tables give in the same snapshot.
"""

from __future__ import annotations

from functools import partial

from benchmarks.support.harness import Connection, Limit, Run, benchmark
from benchmarks.support.recomputed import live_differences

QUEUED = 10_000
MOST_SECONDS = 0.010

# The newest events once more, as they came: learners in sessions.
EVENTS = """
    SELECT count(*)
    FROM record_interactions((
        SELECT jsonb_agg(jsonb_build_object(
            'learner_id', e.learner_id, 'section_id', e.section_id,
            'interaction_type', e.interaction_type, 'duration_seconds', e.duration_seconds
        ))
        FROM (
            SELECT * FROM learning_interactions
            WHERE section_id IS NOT NULL ORDER BY timestamp DESC, id LIMIT %s
        ) AS e
    ))
"""

MOST_QUEUED = """
    SELECT {key}
    FROM (SELECT {key} FROM section_progress_delta UNION ALL SELECT {key} FROM {table}) AS d
    GROUP BY {key} ORDER BY count(*) DESC, {key} LIMIT 1
"""


@benchmark("live", f"One row of the live views while {QUEUED:,} changes are queued")
def command(run: Run) -> None:
    """Read the rows with most queued, a hundred times a round."""
    size = run.size("interactions", 10_000_000, 100_000)
    with run.database(size) as connection:
        connection.execute("SELECT refresh_learning_analytics()")
        queued = run.size("queued", QUEUED, 1_000)
        connection.execute(EVENTS.encode(), (queued,))
        for what, view, key, table in (
            ("a course", "course_analytics", "course_id", "course_enrollments_delta"),
            ("a learner", "learner_analytics", "learner_id", "learning_interactions_delta"),
        ):
            found = connection.execute(MOST_QUEUED.format(key=key, table=table).encode())
            query = f"SELECT * FROM {view} WHERE {key} = %s"
            run.compare(
                f"{what}, {queued:,} changes queued",
                {view: partial(_read, connection, query, found.fetchone())},
                times=100,
                limit=Limit(MOST_SECONDS),
                cpu_of=connection,
            )
        differences = [float(len(live_differences(connection)))]
        run.record(
            "figures of live views that are not the tables'",
            "rows",
            {"in all": differences},
            Limit(0),
        )


def _read(connection: Connection, query: str, values: tuple[object, ...] | None) -> None:
    connection.execute(query.encode(), values).fetchall()


if __name__ == "__main__":
    command()
