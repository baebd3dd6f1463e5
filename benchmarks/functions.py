"""The package's functions next to hand-written queries that read only the rows they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import LiteralString

from benchmarks.support.harness import Connection, Limit, Run, benchmark

LIMIT = Limit(2.0, allowance=0.001)
CHANGES = 200_000


@dataclass(frozen=True)
class Call:
    """A function call, and the query that somebody would write in its place.

    Attributes:
        arguments: Query of what both are called with, in turn.
    """

    function: LiteralString
    by_hand: LiteralString
    arguments: LiteralString


LEARNERS: LiteralString = """
    SELECT e.learner_id, e.course_id FROM course_enrollments AS e ORDER BY e.id LIMIT 50
"""
COURSES: LiteralString = "SELECT c.id FROM educational_courses AS c ORDER BY c.id LIMIT 4"
RUNNING_COURSE: LiteralString = """
    SELECT c.id FROM educational_courses AS c
    WHERE EXISTS (
        SELECT FROM course_enrollments AS e
        WHERE e.course_id = c.id AND e.completion_status = 'in_progress'
    )
    ORDER BY c.id
    LIMIT 1
"""

VELOCITY = Call(
    "SELECT calculate_learning_velocity(%(learner_id)s, %(course_id)s)",
    """
    SELECT round(coalesce(sum(greatest(h.percentage - h.previous_percentage, 0)), 0) / 30, 2)
    FROM section_progress_history AS h INNER JOIN learning_sections AS s ON h.section_id = s.id
    WHERE
        h.learner_id = %(learner_id)s AND s.course_id = %(course_id)s
        AND h.changed_at BETWEEN now() - interval '720 hours' AND now()
    """,
    LEARNERS,
)

CALLS = {
    "calculate_learning_velocity of 50 learners": VELOCITY,
    "calculate_course_effectiveness of 4 courses": Call(
        "SELECT calculate_course_effectiveness(%(id)s)",
        """
        SELECT jsonb_build_object(
            'total_learners', e.n, 'completion_rate', e.completion_rate,
            'average_learning_time_hours', e.hours, 'average_engagement_score', e.engagement,
            'average_comprehension_score', p.comprehension, 'average_retention_score', p.retention,
            'assessment_pass_rate', a.pass_rate
        )
        FROM (
            SELECT
                count(*) AS n,
                round(100.0 * count(*) FILTER (WHERE completion_status = 'completed') / count(*), 2)
                    AS completion_rate,
                round(avg(total_time_spent) / 60, 2) AS hours,
                round(avg(engagement_score), 2) AS engagement
            FROM course_enrollments WHERE course_id = %(id)s
        ) AS e, (
            SELECT
                round(avg(comprehension_score), 2) AS comprehension,
                round(avg(retention_score), 2) AS retention
            FROM section_progress
            WHERE
                course_id = %(id)s
                AND learner_id IN (
                    SELECT learner_id FROM course_enrollments WHERE course_id = %(id)s
                )
        ) AS p, (
            SELECT round(100.0 * count(*) FILTER (WHERE passed) / count(passed), 2) AS pass_rate
            FROM (
                SELECT DISTINCT ON (t.assessment_id, t.learner_id) t.passed
                FROM assessment_attempts AS t
                WHERE
                    t.assessment_id IN (
                        SELECT id FROM educational_assessments WHERE course_id = %(id)s
                    )
                    AND t.learner_id IN (
                        SELECT learner_id FROM course_enrollments WHERE course_id = %(id)s
                    )
                    AND t.completion_status IN ('graded', 'reviewed') AND t.score IS NOT NULL
                ORDER BY t.assessment_id, t.learner_id, t.percentage_score DESC
            ) AS best
        ) AS a
        """,
        COURSES,
    ),
    "at_risk_learners of a running course": Call(
        "SELECT r.learner_id, r.last_activity FROM at_risk_learners(%(id)s) AS r ORDER BY 1",
        """
        WITH learner AS (
            SELECT
                e.learner_id, e.enrollment_date, e.overall_progress, e.completion_status,
                percentile_cont(0.25) WITHIN GROUP (ORDER BY o.overall_progress) AS threshold
            FROM course_enrollments AS e
            INNER JOIN course_enrollments AS o ON e.course_id = o.course_id
            WHERE e.course_id = %(id)s
            GROUP BY e.id
        ), active AS (
            SELECT
                l.*,
                greatest(
                    (
                        SELECT i.timestamp FROM learning_interactions AS i
                        WHERE
                            i.learner_id = l.learner_id AND i.course_id = %(id)s
                            AND i.timestamp <= now()
                        ORDER BY i.timestamp DESC LIMIT 1
                    ), (
                        SELECT h.changed_at FROM section_progress_history AS h
                        INNER JOIN learning_sections AS s ON h.section_id = s.id
                        WHERE
                            h.learner_id = l.learner_id AND s.course_id = %(id)s
                            AND h.changed_at <= now()
                        ORDER BY h.changed_at DESC LIMIT 1
                    )
                ) AS last_activity,
                (
                    SELECT avg(b.best) < avg(b.passing)
                    FROM (
                        SELECT
                            max(t.percentage_score) AS best,
                            100.0 * a.passing_score / a.total_points AS passing
                        FROM educational_assessments AS a
                        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
                        WHERE
                            a.course_id = %(id)s AND t.learner_id = l.learner_id
                            AND a.passing_score IS NOT NULL AND t.score IS NOT NULL
                            AND coalesce(t.submitted_at, t.started_at) <= now()
                            AND t.completion_status IN ('graded', 'reviewed')
                        GROUP BY a.id
                    ) AS b
                ) AS is_failing
            FROM learner AS l
            WHERE l.completion_status IN ('enrolled', 'in_progress')
        )

        SELECT a.learner_id, a.last_activity
        FROM active AS a
        WHERE
            greatest(a.last_activity, a.enrollment_date) <= now() - interval '168 hours'
            OR a.overall_progress < a.threshold
            OR a.is_failing
            OR (a.last_activity IS NULL AND a.enrollment_date <= now() - interval '168 hours')
        ORDER BY 1
        """,
        RUNNING_COURSE,
    ),
}


@benchmark("functions", "Functions next to hand-written queries that read only what they need")
def functions(run: Run) -> None:
    """Measure each function on a short and on a long history of events."""
    short = run.size("interactions", 1_000_000, 20_000)
    long = run.size("interactions, long history", 10_000_000, 100_000)
    for interactions in (short, long):
        with run.read_only(interactions) as connection:
            for what, call in CALLS.items():
                compare(run, connection, f"{what}, {interactions:,} events", call)
    with run.database(short) as connection:
        add_history(connection)
        what = f"calculate_learning_velocity, one learner with {CHANGES:,} older changes"
        compare(run, connection, what, VELOCITY, only_first=True)


def compare(
    run: Run, connection: Connection, what: str, call: Call, *, only_first: bool = False
) -> None:
    """Measure a call and its query by hand, which must say the same."""
    cursor = connection.execute(call.arguments)
    names = [column.name for column in cursor.description or ()]
    arguments = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if only_first:
        arguments = arguments[:1]

    def execute(query: LiteralString) -> Sequence[object]:
        return [connection.execute(query, given).fetchall() for given in arguments]

    if execute(call.by_hand) != execute(call.function):
        raise AssertionError(f"{what}: the query by hand says something else")
    run.compare(
        what,
        {"by hand": partial(execute, call.by_hand), "function": partial(execute, call.function)},
        rounds=9,
        per=len(arguments),
        limit=LIMIT,
    )


def add_history(connection: Connection) -> None:
    """Give the first learner a long history before the window that velocity looks at."""
    connection.execute(
        f"""
        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        SELECT
            sp.learner_id, sp.section_id,
            now() - interval '40 days' - n * interval '1 minute', 1, 2
        FROM generate_series(1, {CHANGES}) AS n
        CROSS JOIN (
            SELECT sp.learner_id, sp.section_id
            FROM ({LEARNERS}) AS e INNER JOIN section_progress AS sp USING (learner_id)
            WHERE e.learner_id = (SELECT f.learner_id FROM ({LEARNERS}) AS f LIMIT 1)
            LIMIT 1
        ) AS sp
        """.encode()
    )
    connection.execute("VACUUM ANALYZE section_progress_history")


if __name__ == "__main__":
    functions()
