"""What a refresh of the analytics costs, next to recomputing both views, and as the history grows.

Recomputing: two materialized views over the base tables, each source aggregated to its grain first
and then joined, refreshed plainly, which locks readers out and is the cheapest way, with as many
workers as the server allows; on one process, as a refresh is, it is measured beside it. The shorter
history is the longer one without its oldest months: the same learners, courses and views. A site of
a tenth of the size, with a tenth of the learners too, is measured beside it, and what PostgreSQL
takes to refresh the view of the learners when nothing changed: the part that grows with them.
"""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

from psycopg import sql

from benchmarks.support.harness import Action, Connection, Limit, Run, benchmark
from benchmarks.support.recomputed import COURSES, LEARNERS

NEW = 10_000
ROUNDS = 5
MOST_OF_FULL = 0.01
MOST_OF_SHORT = 1.5

# What the newest events were, in the order of time, a run of new ones each: learners in sessions,
# as they come. Ten thousand events taken from anywhere would be of five times as many learners.
SAMPLE = f"""
    CREATE TABLE sample AS
    SELECT e.*, (row_number() OVER (ORDER BY e.timestamp DESC, e.id) - 1) / {NEW} AS run
    FROM (SELECT * FROM learning_interactions ORDER BY timestamp DESC, id LIMIT %s) AS e
"""

EVENTS = """
    INSERT INTO learning_interactions (
        learner_id, section_id, course_id, interaction_type, interaction_data, duration_seconds,
        learning_effectiveness, timestamp
    )
    SELECT
        learner_id, section_id, course_id, interaction_type, interaction_data, duration_seconds,
        learning_effectiveness, now()
    FROM sample
    WHERE run = %s
"""

# The settings that publish_learning_analytics refreshes with, for this session.
AS_PUBLISHED = """
    SELECT set_config(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), false)
    FROM pg_proc, unnest(proconfig) AS s
    WHERE oid = 'publish_learning_analytics(timestamptz)'::regprocedure
"""


@benchmark("refresh", "What a refresh of the analytics costs after 10,000 new interactions")
def command(run: Run) -> None:
    """Measure a refresh against recomputing, then on a tenth of the history, and of the site."""
    full = run.size("interactions", 10_000_000, 100_000)
    with run.database(full // 10) as connection:
        new, refresh = _new_and_refresh(connection, full // 10)
        refresh()
        smaller = _seconds(new, refresh)
    with run.database(full) as connection:
        for name, query in (("full_dashboard", COURSES), ("full_learners", LEARNERS)):
            connection.execute(f"CREATE MATERIALIZED VIEW {name} AS {query} WITH NO DATA".encode())
        run.size("learners", *[_count(connection, "learners")] * 2)
        new, refresh = _new_and_refresh(connection, full)

        def recompute() -> None:
            connection.execute("REFRESH MATERIALIZED VIEW full_dashboard")
            connection.execute("REFRESH MATERIALIZED VIEW full_learners")

        def recompute_alone() -> None:
            connection.execute("SET max_parallel_workers_per_gather = 0")
            recompute()
            connection.execute("RESET max_parallel_workers_per_gather")

        refresh()
        run.compare(
            f"{full:,} interactions, {NEW:,} of them new",
            {
                "recompute both views": recompute,
                "recompute on one process": recompute_alone,
                "refresh": refresh,
            },
            rounds=ROUNDS,
            before={"refresh": new},
            limit=Limit(MOST_OF_FULL),
        )
        longer = _seconds(new, refresh)
        run.record(
            f"refresh after {NEW:,} new ones, by size of the site",
            "s",
            {f"{full // 10:,} interactions": smaller, f"{full:,} interactions": longer},
        )
        connection.execute(AS_PUBLISHED)
        run.compare(
            "learner_progress_analytics, nothing changed",
            {
                "copied, readers locked out": lambda: connection.execute(
                    "REFRESH MATERIALIZED VIEW learner_progress_analytics"
                ),
                "compared, as a refresh does": lambda: connection.execute(
                    "REFRESH MATERIALIZED VIEW CONCURRENTLY learner_progress_analytics"
                ),
            },
            rounds=ROUNDS,
        )
        connection.execute("RESET ALL")
        _forget(connection, full // 10)
        connection.execute("VACUUM")
        left = run.size("interactions left of the history", *[_count(connection)] * 2)
        refresh()
        shorter = _seconds(new, refresh)
        run.record(
            f"refresh after {NEW:,} new ones, by history",
            "s",
            {f"{left:,} interactions": shorter, f"{full:,} interactions": longer},
            Limit(MOST_OF_SHORT),
        )
        found = connection.execute("SELECT count(*) FROM check_learning_analytics()").fetchone()
        run.record(
            "rows of check_learning_analytics()", "rows", {"afterwards": [_only(found)]}, Limit(0)
        )


def _new_and_refresh(connection: Connection, interactions: int) -> tuple[Action, Action]:
    """What writes as many new events of a database as asked, each time others; and a refresh."""
    runs = min(3 * ROUNDS, interactions // NEW)
    connection.execute(SAMPLE.encode(), (runs * NEW,))
    numbers = cycle(range(runs))
    return (
        lambda: connection.execute(EVENTS.encode(), (next(numbers),)),
        lambda: connection.execute("SELECT refresh_learning_analytics()"),
    )


def _seconds(before: Action, action: Action) -> list[float]:
    """What an action takes, again and again, each time after what goes before it."""
    found = []
    for _ in range(ROUNDS):
        before()
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return found


def _count(connection: Connection, table: str = "learning_interactions") -> int:
    found = connection.execute(
        sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    ).fetchone()
    return int(_only(found))


def _only(row: tuple[Any, ...] | None) -> float:
    return float(row[0]) if row else 0


def _forget(connection: Connection, most: int) -> None:
    """Drop the oldest months until so many interactions are left, or only this month."""
    partitions = connection.execute(
        "SELECT partition::text FROM interaction_partitions() WHERE upper_bound <= now()"
    ).fetchall()
    for (partition,) in partitions:
        if _count(connection) <= most:
            return
        with connection.transaction():
            connection.execute(
                f"ALTER TABLE learning_interactions DETACH PARTITION {partition}".encode()
            )
            connection.execute("SELECT retract_interaction_partition(%s::regclass)", (partition,))
            connection.execute(f"DROP TABLE {partition}".encode())


if __name__ == "__main__":
    command()
