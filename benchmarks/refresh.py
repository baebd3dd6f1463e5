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

NEW = 10_000
ROUNDS = 5
MOST_OF_FULL = 0.01
MOST_OF_SHORT = 1.5

DASHBOARD = """
    CREATE MATERIALIZED VIEW full_dashboard AS
    SELECT
        c.id, c.title, c.difficulty_level,
        e.enrollments, e.completed, e.progress, e.time, e.engagement,
        p.comprehension, p.retention, p.application, p.interactions, p.meaningful,
        t.best, t.attempts
    FROM educational_courses AS c
    LEFT JOIN (
        SELECT
            course_id, count(*) AS enrollments,
            count(*) FILTER (WHERE completion_status = 'completed') AS completed,
            avg(overall_progress) AS progress, avg(total_time_spent) AS time,
            avg(engagement_score) AS engagement
        FROM course_enrollments
        GROUP BY course_id
    ) AS e ON c.id = e.course_id
    LEFT JOIN (
        SELECT
            p.course_id, avg(p.comprehension_score) AS comprehension,
            avg(p.retention_score) AS retention, avg(p.application_score) AS application,
            avg(p.interaction_count) AS interactions, avg(p.meaningful_interactions) AS meaningful
        FROM section_progress AS p
        INNER JOIN course_enrollments AS e USING (learner_id, course_id)
        GROUP BY p.course_id
    ) AS p ON c.id = p.course_id
    LEFT JOIN (
        SELECT b.course_id, avg(b.best) AS best, sum(b.attempts) AS attempts
        FROM (
            SELECT
                a.course_id, count(*) AS attempts,
                max(t.percentage_score) FILTER (
                    WHERE t.completion_status IN ('graded', 'reviewed') AND t.score IS NOT NULL
                ) AS best
            FROM assessment_attempts AS t
            INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
            INNER JOIN course_enrollments AS e
                ON t.learner_id = e.learner_id AND a.course_id = e.course_id
            GROUP BY a.course_id, t.assessment_id, t.learner_id
        ) AS b
        GROUP BY b.course_id
    ) AS t ON c.id = t.course_id
    WITH NO DATA
"""

LEARNERS = """
    CREATE MATERIALIZED VIEW full_learners AS
    SELECT
        l.id, l.learning_style, l.academic_level, l.preferred_difficulty,
        e.enrollments, e.completed, e.progress, e.time,
        s.sessions, s.duration, s.level, s.focus, s.productivity,
        p.comprehension, p.retention, p.application,
        t.best, t.attempts, i.preferred, i.effectiveness
    FROM learners AS l
    LEFT JOIN (
        SELECT
            learner_id, count(*) AS enrollments,
            count(*) FILTER (WHERE completion_status = 'completed') AS completed,
            avg(overall_progress) AS progress, sum(total_time_spent) AS time
        FROM course_enrollments
        GROUP BY learner_id
    ) AS e ON l.id = e.learner_id
    LEFT JOIN (
        SELECT
            learner_id, count(*) AS sessions, avg(duration_minutes) AS duration,
            avg(array_position(enum_range(NULL::engagement_level), engagement_level)) AS level,
            avg(focus_score) AS focus, avg(productivity_score) AS productivity
        FROM learning_sessions
        GROUP BY learner_id
    ) AS s ON l.id = s.learner_id
    LEFT JOIN (
        SELECT
            learner_id, avg(comprehension_score) AS comprehension,
            avg(retention_score) AS retention, avg(application_score) AS application
        FROM section_progress
        GROUP BY learner_id
    ) AS p ON l.id = p.learner_id
    LEFT JOIN (
        SELECT b.learner_id, avg(b.best) AS best, sum(b.attempts) AS attempts
        FROM (
            SELECT
                learner_id, count(*) AS attempts,
                max(percentage_score) FILTER (
                    WHERE completion_status IN ('graded', 'reviewed') AND score IS NOT NULL
                ) AS best
            FROM assessment_attempts
            GROUP BY learner_id, assessment_id
        ) AS b
        GROUP BY b.learner_id
    ) AS t ON l.id = t.learner_id
    LEFT JOIN (
        SELECT
            b.learner_id,
            (array_agg(b.interaction_type ORDER BY b.n DESC, b.interaction_type))[1] AS preferred,
            sum(b.total) / nullif(sum(b.rated), 0) AS effectiveness
        FROM (
            SELECT
                learner_id, interaction_type, count(*) AS n,
                sum(learning_effectiveness) AS total, count(learning_effectiveness) AS rated
            FROM learning_interactions
            GROUP BY learner_id, interaction_type
        ) AS b
        GROUP BY b.learner_id
    ) AS i ON l.id = i.learner_id
    WITH NO DATA
"""

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
        connection.execute(DASHBOARD.encode())
        connection.execute(LEARNERS.encode())
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
