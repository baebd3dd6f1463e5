-- The columns of learning_analytics_dashboard as of the reader's snapshot, without a refresh, and
-- for those who may not see every course. An invoker's view, so that row security asks who reads.
-- depends: functions/course_figures
CREATE OR REPLACE VIEW course_analytics WITH (security_invoker = TRUE) AS
SELECT
    c.id AS course_id,
    c.title AS course_title,
    c.difficulty_level,
    f.enrollments AS total_enrollments,
    f.completed AS completed_learners,
    f.average_progress,
    f.average_time_spent_minutes,
    f.average_engagement_score,
    f.average_comprehension,
    f.average_retention,
    f.average_application,
    f.average_interactions_per_section,
    f.average_meaningful_interactions,
    f.average_assessment_score,
    f.attempts AS total_assessment_attempts,
    now() AS last_updated
FROM educational_courses AS c
CROSS JOIN LATERAL course_figures(c.id) AS f;

COMMENT ON VIEW course_analytics IS
'One row per course that the reader may see: figures over its enrolled learners, whatever their '
'status, in the reader''s snapshot, without a refresh. Averages skip NULL, and are NULL over '
'nothing. For one course or a few: each row is computed by itself.';
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
'When the reader''s transaction began.';
