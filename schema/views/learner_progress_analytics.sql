-- Figures of each learner. Each source is aggregated to the learner by itself and then joined:
-- joined first, courses, sections, sessions, events and attempts would multiply each other.
CREATE MATERIALIZED VIEW learner_progress_analytics AS
WITH enrollment AS (
    SELECT
        e.learner_id,
        count(*) AS courses_enrolled,
        count(*) FILTER (WHERE e.completion_status = 'completed') AS courses_completed,
        avg(e.overall_progress) AS average_course_progress,
        sum(e.total_time_spent) AS total_learning_time_minutes
    FROM course_enrollments AS e
    GROUP BY e.learner_id
),

learning_session AS (
    SELECT
        ls.learner_id,
        avg(ls.duration_minutes) AS average_session_duration,
        count(*) AS total_learning_sessions,
        avg(array_position(enum_range(NULL::engagement_level), ls.engagement_level))
            AS average_engagement_level,
        avg(ls.focus_score) AS average_focus_score,
        avg(ls.productivity_score) AS average_productivity_score
    FROM learning_sessions AS ls
    GROUP BY ls.learner_id
),

progress AS (
    SELECT
        sp.learner_id,
        avg(sp.comprehension_score) AS overall_comprehension,
        avg(sp.retention_score) AS overall_retention,
        avg(sp.application_score) AS overall_application
    FROM section_progress AS sp
    GROUP BY sp.learner_id
),

attempt AS (
    SELECT
        by_assessment.learner_id,
        avg(by_assessment.best_percentage) AS average_assessment_performance,
        sum(by_assessment.attempts)::bigint AS total_assessments_taken
    FROM (
        SELECT
            t.learner_id,
            count(*) AS attempts,
            max(t.percentage_score) FILTER (
                WHERE t.completion_status IN ('graded', 'reviewed') AND t.score IS NOT NULL
            ) AS best_percentage
        FROM assessment_attempts AS t
        GROUP BY t.learner_id, t.assessment_id
    ) AS by_assessment
    GROUP BY by_assessment.learner_id
),

interaction AS (
    SELECT
        by_type.learner_id,
        (
            array_agg(
                by_type.interaction_type
                ORDER BY by_type.n DESC, by_type.interaction_type ASC
            )
        )[1] AS preferred_interaction_type,
        sum(by_type.effectiveness_sum) / nullif(sum(by_type.effectiveness_n), 0)
            AS interaction_learning_effectiveness
    FROM (
        SELECT
            li.learner_id,
            li.interaction_type,
            count(*) AS n,
            sum(li.learning_effectiveness) AS effectiveness_sum,
            count(li.learning_effectiveness) AS effectiveness_n
        FROM learning_interactions AS li
        GROUP BY li.learner_id, li.interaction_type
    ) AS by_type
    GROUP BY by_type.learner_id
),

content AS (
    SELECT
        l.id AS learner_id,
        l.learning_style,
        l.academic_level,
        l.preferred_difficulty,
        coalesce(enrollment.courses_enrolled, 0) AS courses_enrolled,
        coalesce(enrollment.courses_completed, 0) AS courses_completed,
        enrollment.average_course_progress,
        enrollment.total_learning_time_minutes,
        learning_session.average_session_duration,
        coalesce(learning_session.total_learning_sessions, 0) AS total_learning_sessions,
        progress.overall_comprehension,
        progress.overall_retention,
        progress.overall_application,
        learning_session.average_engagement_level,
        learning_session.average_focus_score,
        learning_session.average_productivity_score,
        attempt.average_assessment_performance,
        coalesce(attempt.total_assessments_taken, 0) AS total_assessments_taken,
        interaction.preferred_interaction_type,
        interaction.interaction_learning_effectiveness
    FROM learners AS l
    LEFT JOIN enrollment ON l.id = enrollment.learner_id
    LEFT JOIN learning_session ON l.id = learning_session.learner_id
    LEFT JOIN progress ON l.id = progress.learner_id
    LEFT JOIN attempt ON l.id = attempt.learner_id
    LEFT JOIN interaction ON l.id = interaction.learner_id
)

SELECT
    content.*,
    CASE
        WHEN s.content_md5 = md5(to_jsonb(content)::text)::uuid THEN s.changed_at
        ELSE now()
    END AS last_updated
FROM content
LEFT JOIN analytics_row_state AS s
    ON s.view_name = 'learner_progress_analytics' AND content.learner_id = s.row_id;

CREATE UNIQUE INDEX idx_learner_progress_analytics_learner
ON learner_progress_analytics (learner_id);

COMMENT ON INDEX idx_learner_progress_analytics_learner IS
'One learner, and what REFRESH CONCURRENTLY matches rows by.';
COMMENT ON MATERIALIZED VIEW learner_progress_analytics IS
'One row a learner: figures over all courses, as of the last refresh_learning_analytics(). '
'Averages skip NULL, and are NULL over nothing. Whoever may read it reads all learners.';
COMMENT ON COLUMN learner_progress_analytics.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_progress_analytics.learning_style IS 'Stated preference, or the default.';
COMMENT ON COLUMN learner_progress_analytics.academic_level IS 'Level of education.';
COMMENT ON COLUMN learner_progress_analytics.preferred_difficulty IS
'Stated preference, or the default.';
COMMENT ON COLUMN learner_progress_analytics.courses_enrolled IS 'Number of enrollments.';
COMMENT ON COLUMN learner_progress_analytics.courses_completed IS
'Number of enrollments that are completed.';
COMMENT ON COLUMN learner_progress_analytics.average_course_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN learner_progress_analytics.total_learning_time_minutes IS
'Sum of total_time_spent over enrollments, minutes; NULL without enrollments.';
COMMENT ON COLUMN learner_progress_analytics.average_session_duration IS
'Mean duration_minutes over sessions, minutes.';
COMMENT ON COLUMN learner_progress_analytics.total_learning_sessions IS 'Number of sessions.';
COMMENT ON COLUMN learner_progress_analytics.overall_comprehension IS
'Mean comprehension_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.overall_retention IS
'Mean retention_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.overall_application IS
'Mean application_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.average_engagement_level IS
'Mean rank of engagement_level over sessions: low 1 to very_high 4.';
COMMENT ON COLUMN learner_progress_analytics.average_focus_score IS
'Mean focus_score over sessions, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.average_productivity_score IS
'Mean productivity_score over sessions, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.average_assessment_performance IS
'Mean of the best percentages, one for each assessment with a graded attempt, percent.';
COMMENT ON COLUMN learner_progress_analytics.total_assessments_taken IS
'Number of attempts, of any status.';
COMMENT ON COLUMN learner_progress_analytics.preferred_interaction_type IS
'Most frequent interaction_type; of equals the first label of the type.';
COMMENT ON COLUMN learner_progress_analytics.interaction_learning_effectiveness IS
'Mean learning_effectiveness over interactions, 0 to 1.';
COMMENT ON COLUMN learner_progress_analytics.last_updated IS
'Refresh at which the content of the row last changed.';
