-- Figures of each course: the rows of course_summary as the last refresh left them, where each
-- source is aggregated by itself. Copied columns are NULL where there is no such course any more.
CREATE MATERIALIZED VIEW learning_analytics_dashboard AS
SELECT
    s.course_id,
    s.course_title,
    s.difficulty_level,
    s.enrollments AS total_enrollments,
    s.completed AS completed_learners,
    s.average_progress,
    s.average_time_spent_minutes,
    s.average_engagement_score,
    s.average_comprehension,
    s.average_retention,
    s.average_application,
    s.average_interactions_per_section,
    s.average_meaningful_interactions,
    s.average_assessment_score,
    s.attempts AS total_assessment_attempts,
    s.changed_at AS last_updated
FROM course_summary AS s
WHERE s.course_title IS NOT NULL
ORDER BY s.course_id;

CREATE UNIQUE INDEX idx_learning_analytics_dashboard_course
ON learning_analytics_dashboard (course_id);

COMMENT ON INDEX idx_learning_analytics_dashboard_course IS
'One course, and what REFRESH CONCURRENTLY matches rows by.';
COMMENT ON MATERIALIZED VIEW learning_analytics_dashboard IS
'One row per course: figures over its enrolled learners, whatever their status, as of the last '
'refresh_learning_analytics(). Averages skip NULL, and are NULL when there are none. Who may read '
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
