-- Figures of each course. Each source is aggregated to the course by itself and then joined:
-- joined first, enrollments, progress and attempts would multiply each other.
CREATE MATERIALIZED VIEW learning_analytics_dashboard AS
WITH enrollment AS (
    SELECT
        e.course_id,
        count(*) AS total_enrollments,
        count(*) FILTER (WHERE e.completion_status = 'completed') AS completed_learners,
        avg(e.overall_progress) AS average_progress,
        avg(e.total_time_spent) AS average_time_spent_minutes,
        avg(e.engagement_score) AS average_engagement_score
    FROM course_enrollments AS e
    GROUP BY e.course_id
),

progress AS (
    SELECT
        sp.course_id,
        avg(sp.comprehension_score) AS average_comprehension,
        avg(sp.retention_score) AS average_retention,
        avg(sp.application_score) AS average_application,
        avg(sp.interaction_count) AS average_interactions_per_section,
        avg(sp.meaningful_interactions) AS average_meaningful_interactions
    FROM section_progress AS sp
    INNER JOIN course_enrollments AS e
        ON sp.learner_id = e.learner_id AND sp.course_id = e.course_id
    GROUP BY sp.course_id
),

attempt AS (
    SELECT
        by_assessment.course_id,
        avg(by_assessment.best_percentage) AS average_assessment_score,
        sum(by_assessment.attempts)::bigint AS total_assessment_attempts
    FROM (
        SELECT
            a.course_id,
            count(*) AS attempts,
            max(t.percentage_score) FILTER (
                WHERE t.completion_status IN ('graded', 'reviewed') AND t.score IS NOT NULL
            ) AS best_percentage
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        INNER JOIN course_enrollments AS e
            ON t.learner_id = e.learner_id AND a.course_id = e.course_id
        GROUP BY a.course_id, t.assessment_id, t.learner_id
    ) AS by_assessment
    GROUP BY by_assessment.course_id
),

content AS (
    SELECT
        c.id AS course_id,
        c.title AS course_title,
        c.difficulty_level,
        coalesce(enrollment.total_enrollments, 0) AS total_enrollments,
        coalesce(enrollment.completed_learners, 0) AS completed_learners,
        enrollment.average_progress,
        enrollment.average_time_spent_minutes,
        enrollment.average_engagement_score,
        progress.average_comprehension,
        progress.average_retention,
        progress.average_application,
        progress.average_interactions_per_section,
        progress.average_meaningful_interactions,
        attempt.average_assessment_score,
        coalesce(attempt.total_assessment_attempts, 0) AS total_assessment_attempts
    FROM educational_courses AS c
    LEFT JOIN enrollment ON c.id = enrollment.course_id
    LEFT JOIN progress ON c.id = progress.course_id
    LEFT JOIN attempt ON c.id = attempt.course_id
)

SELECT
    content.*,
    CASE
        WHEN s.content_md5 = md5(to_jsonb(content)::text)::uuid THEN s.changed_at
        ELSE now()
    END AS last_updated
FROM content
LEFT JOIN analytics_row_state AS s
    ON s.view_name = 'learning_analytics_dashboard' AND content.course_id = s.row_id;

CREATE UNIQUE INDEX idx_learning_analytics_dashboard_course
ON learning_analytics_dashboard (course_id);

COMMENT ON INDEX idx_learning_analytics_dashboard_course IS
'One course, and what REFRESH CONCURRENTLY matches rows by.';
COMMENT ON MATERIALIZED VIEW learning_analytics_dashboard IS
'One row a course: figures over its enrolled learners, whatever their status, as of the last '
'refresh_learning_analytics(). Averages skip NULL, and are NULL over nothing. Whoever may read '
'it reads all courses.';
COMMENT ON COLUMN learning_analytics_dashboard.course_id IS 'Course.';
COMMENT ON COLUMN learning_analytics_dashboard.course_title IS 'Title of the course.';
COMMENT ON COLUMN learning_analytics_dashboard.difficulty_level IS 'Difficulty of the course.';
COMMENT ON COLUMN learning_analytics_dashboard.total_enrollments IS 'Number of enrollments.';
COMMENT ON COLUMN learning_analytics_dashboard.completed_learners IS
'Number of enrollments that are completed.';
COMMENT ON COLUMN learning_analytics_dashboard.average_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN learning_analytics_dashboard.average_time_spent_minutes IS
'Mean total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN learning_analytics_dashboard.average_engagement_score IS
'Mean engagement_score over enrollments, 0 to 1.';
COMMENT ON COLUMN learning_analytics_dashboard.average_comprehension IS
'Mean comprehension_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN learning_analytics_dashboard.average_retention IS
'Mean retention_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN learning_analytics_dashboard.average_application IS
'Mean application_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN learning_analytics_dashboard.average_interactions_per_section IS
'Mean interaction_count over the progress rows of enrolled learners.';
COMMENT ON COLUMN learning_analytics_dashboard.average_meaningful_interactions IS
'Mean meaningful_interactions over the progress rows of enrolled learners.';
COMMENT ON COLUMN learning_analytics_dashboard.average_assessment_score IS
'Mean of the best percentages, one for each enrolled learner and assessment with a graded '
'attempt, percent.';
COMMENT ON COLUMN learning_analytics_dashboard.total_assessment_attempts IS
'Number of attempts of enrolled learners, of any status.';
COMMENT ON COLUMN learning_analytics_dashboard.last_updated IS
'Refresh at which the content of the row last changed.';
