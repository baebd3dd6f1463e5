"""What is lost until autovacuum comes: at its defaults, and at what this schema sets for queues.

A page that has new rows is known to be visible to all only after a vacuum. Autovacuum comes when a
fifth of a partition is new; until then a scan that is to answer from the index alone visits the
table for each new event. A queue of the analytics is emptied by each refresh, which leaves as many
dead rows as it had; autovacuum comes at 10,000 of them, by default it would at 50.
"""

from __future__ import annotations

from functools import partial

from benchmarks.support.harness import Connection, Run, benchmark

NEW_SHARES = (0.2, 0.02)
"""Of a partition's rows, when autovacuum comes: PostgreSQL's default, and a tenth of it."""
DEAD = 10_000
"""Rows of a queue, when autovacuum comes."""

NEW = """
    INSERT INTO learning_interactions (
        learner_id, section_id, course_id, interaction_type, interaction_data, timestamp
    )
    SELECT learner_id, section_id, course_id, interaction_type, interaction_data, now()
    FROM learning_interactions
    WHERE timestamp >= date_trunc('month', now())
    ORDER BY md5(id::text)
    LIMIT %s
"""
RECENT = """
    SELECT timestamp, learner_id, outcome, learning_effectiveness
    FROM learning_interactions
    WHERE course_id = %s AND interaction_type = 'help_request' AND timestamp >= %s
    ORDER BY timestamp DESC
"""
QUEUED = """
    INSERT INTO learning_interactions_delta (
        learner_id, interaction_type, interactions, effectiveness_sum, effectiveness_count
    )
    SELECT (SELECT id FROM learners LIMIT 1), 'navigation', 0, 0, 0
    FROM generate_series(1, %s)
"""


@benchmark("vacuum", "What is lost until autovacuum comes")
def command(run: Run) -> None:
    """Read recent events, and refresh the analytics, with as much to vacuum as there can be."""
    interactions = run.size("interactions", 1_000_000, 40_000)
    with run.database(interactions) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("learning_interactions_delta", *partitions(connection)):
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)".encode())
        compare_scans(run, connection)
        compare_refreshes(run, connection)


def compare_scans(run: Run, connection: Connection) -> None:
    """Read a course's recent events with the share of new ones at which autovacuum comes."""
    (course, month, rows) = connection.execute(
        "SELECT course_id, min(date_trunc('month', now())), sum(count(*)) OVER ()::bigint"
        " FROM learning_interactions WHERE timestamp >= date_trunc('month', now())"
        " GROUP BY course_id ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()[0]

    def add(new: int) -> None:
        connection.execute(
            "DELETE FROM learning_interactions WHERE timestamp > now() - interval '1 h'"
        )
        vacuum()
        connection.execute(NEW.encode(), (new,))

    def vacuum() -> None:
        connection.execute("VACUUM learning_interactions")

    for share in NEW_SHARES:
        run.compare(
            f"help requests of a course this month, {share:.0%} of the month's events new",
            dict.fromkeys(
                ("vacuumed", "awaiting vacuum"),
                partial(connection.execute, RECENT.encode(), (course, month)),
            ),
            rounds=5,
            times=50,
            before={"vacuumed": vacuum, "awaiting vacuum": partial(add, int(rows * share))},
            cpu_of=connection,
        )


def compare_refreshes(run: Run, connection: Connection) -> None:
    """Refresh with a single entry in the queue, and with dead ones before it."""

    def queue(dead: int) -> None:
        connection.execute("VACUUM learning_interactions_delta")
        connection.execute(QUEUED.encode(), (dead,))
        connection.execute("DELETE FROM learning_interactions_delta")
        connection.execute(QUEUED.encode(), (1,))

    run.compare(
        f"refresh after {DEAD:,} entries were taken from the queue",
        dict.fromkeys(
            ("vacuumed", "awaiting vacuum"),
            partial(connection.execute, "SELECT refresh_learning_analytics()"),
        ),
        rounds=9,
        before={"vacuumed": partial(queue, 0), "awaiting vacuum": partial(queue, DEAD)},
        cpu_of=connection,
    )


def partitions(connection: Connection) -> list[str]:
    """The partitions of the event table."""
    found = connection.execute("SELECT partition::text FROM interaction_partitions()")
    return [name for (name,) in found]


if __name__ == "__main__":
    command()
