"""Both analytics views computed from the tables, each source at its grain, and then joined."""

from __future__ import annotations

from typing import LiteralString

from benchmarks.support.harness import Connection

COURSES: LiteralString = """
    SELECT
        c.id AS course_id, c.title AS course_title, c.difficulty_level,
        coalesce(e.enrollments, 0) AS total_enrollments,
        coalesce(e.completed, 0) AS completed_learners,
        e.progress AS average_progress, e.time AS average_time_spent_minutes,
        e.engagement AS average_engagement_score, p.comprehension AS average_comprehension,
        p.retention AS average_retention, p.application AS average_application,
        p.interactions AS average_interactions_per_section,
        p.meaningful AS average_meaningful_interactions, t.best AS average_assessment_score,
        coalesce(t.attempts, 0) AS total_assessment_attempts
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
"""

LEARNERS: LiteralString = """
    SELECT
        l.id AS learner_id, l.learning_style, l.academic_level, l.preferred_difficulty,
        coalesce(e.enrollments, 0) AS courses_enrolled,
        coalesce(e.completed, 0) AS courses_completed,
        e.progress AS average_course_progress, e.time AS total_learning_time_minutes,
        s.duration AS average_session_duration,
        coalesce(s.sessions, 0) AS total_learning_sessions,
        p.comprehension AS overall_comprehension, p.retention AS overall_retention,
        p.application AS overall_application, s.level AS average_engagement_level,
        s.focus AS average_focus_score, s.productivity AS average_productivity_score,
        t.best AS average_assessment_performance,
        coalesce(t.attempts, 0) AS total_assessments_taken,
        i.preferred AS preferred_interaction_type,
        i.effectiveness AS interaction_learning_effectiveness
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
            avg(array_position(enum_range(NULL::engagement_level), engagement_level)) FILTER (
                WHERE derived OR 'engagement_level' = ANY (supplied)
            ) AS level,
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
"""

DIFFERENCES: LiteralString = """
    SELECT concat_ws(
        ' ', k.name, coalesce(live.id, counted.id), live.figures -> k.name,
        'instead of', counted.figures -> k.name
    )
    FROM (SELECT v.{key} AS id, to_jsonb(v) - 'last_updated' AS figures FROM {view} AS v) AS live
    FULL JOIN (SELECT q.{key} AS id, to_jsonb(q) AS figures FROM ({query}) AS q) AS counted
        ON live.id = counted.id
    CROSS JOIN LATERAL
        jsonb_object_keys(coalesce(live.figures, counted.figures)) AS k (name)
    WHERE
        CASE
            -- a mean is divided in another order
            WHEN jsonb_typeof(live.figures -> k.name) = 'number'
                AND jsonb_typeof(counted.figures -> k.name) = 'number'
                THEN round((live.figures -> k.name)::numeric, 9)
                    <> round((counted.figures -> k.name)::numeric, 9)
            ELSE live.figures -> k.name IS DISTINCT FROM counted.figures -> k.name
        END
"""


def live_differences(connection: Connection) -> list[str]:
    """Return a line for each figure of a live view that its tables do not give.

    A view and its tables are read by one statement, and so in one snapshot.
    """
    return [
        row[0]
        for view, key, query in (
            ("course_analytics", "course_id", COURSES),
            ("learner_analytics", "learner_id", LEARNERS),
        )
        for row in connection.execute(DIFFERENCES.format(view=view, key=key, query=query).encode())
    ]
