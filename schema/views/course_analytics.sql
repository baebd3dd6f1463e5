-- learning_analytics_dashboard for those who may not see every course: a materialized view cannot
-- hide rows, the table beneath it can. An invoker's view, so that row security asks who reads.
CREATE OR REPLACE VIEW course_analytics WITH (security_invoker = TRUE) AS
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
WHERE s.course_title IS NOT NULL;

COMMENT ON VIEW course_analytics IS
'One row per course that the reader may see: figures over its enrolled learners, whatever their '
'status, as of the last refresh_learning_analytics(). Averages skip NULL, and are NULL over '
'nothing.';
COMMENT ON COLUMN course_analytics.course_id IS 'Course.';
COMMENT ON COLUMN course_analytics.course_title IS 'Title of the course.';
COMMENT ON COLUMN course_analytics.difficulty_level IS 'Difficulty of the course.';
COMMENT ON COLUMN course_analytics.total_enrollments IS 'Number of enrollments.';
COMMENT ON COLUMN course_analytics.completed_learners IS
'Number of enrollments that are completed.';
COMMENT ON COLUMN course_analytics.average_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN course_analytics.average_time_spent_minutes IS
'Mean total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN course_analytics.average_engagement_score IS
'Mean engagement_score over enrollments, 0 to 1.';
COMMENT ON COLUMN course_analytics.average_comprehension IS
'Mean comprehension_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN course_analytics.average_retention IS
'Mean retention_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN course_analytics.average_application IS
'Mean application_score over the progress rows of enrolled learners, 0 to 1.';
COMMENT ON COLUMN course_analytics.average_interactions_per_section IS
'Mean interaction_count over the progress rows of enrolled learners.';
COMMENT ON COLUMN course_analytics.average_meaningful_interactions IS
'Mean meaningful_interactions over the progress rows of enrolled learners.';
COMMENT ON COLUMN course_analytics.average_assessment_score IS
'Mean of the best percentages, one for each enrolled learner and assessment with a graded '
'attempt, percent.';
COMMENT ON COLUMN course_analytics.total_assessment_attempts IS
'Number of attempts of enrolled learners, of any status.';
COMMENT ON COLUMN course_analytics.last_updated IS
'Refresh at which the content of the row last changed.';
