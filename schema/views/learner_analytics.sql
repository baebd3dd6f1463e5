-- The columns of learner_progress_analytics as of the reader's snapshot, without a refresh, and for
-- those who may not see every learner. An invoker's view, so that row security asks who reads.
-- depends: functions/learner_figures
CREATE OR REPLACE VIEW learner_analytics WITH (security_invoker = TRUE) AS
SELECT
    l.id AS learner_id,
    l.learning_style,
    l.academic_level,
    l.preferred_difficulty,
    f.enrollments AS courses_enrolled,
    f.completed AS courses_completed,
    f.average_course_progress,
    CASE WHEN f.enrollments > 0 THEN f.time_sum END AS total_learning_time_minutes,
    f.average_session_duration,
    f.sessions AS total_learning_sessions,
    f.overall_comprehension,
    f.overall_retention,
    f.overall_application,
    f.average_engagement_level,
    f.average_focus_score,
    f.average_productivity_score,
    f.average_assessment_performance,
    f.attempts AS total_assessments_taken,
    f.preferred_interaction_type,
    f.interaction_learning_effectiveness,
    now() AS last_updated
FROM learners AS l
CROSS JOIN LATERAL learner_figures(l.id) AS f;

COMMENT ON VIEW learner_analytics IS
'One row per learner that the reader may see: figures over all courses in the reader''s snapshot, '
'without a refresh. Averages skip NULL, and are NULL over nothing. For one learner or a few: each '
'row is computed by itself.';
COMMENT ON COLUMN learner_analytics.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_analytics.learning_style IS 'Stated preference, or the default.';
COMMENT ON COLUMN learner_analytics.academic_level IS 'Level of education.';
COMMENT ON COLUMN learner_analytics.preferred_difficulty IS
'Stated preference, or the default.';
COMMENT ON COLUMN learner_analytics.courses_enrolled IS 'Number of enrollments.';
COMMENT ON COLUMN learner_analytics.courses_completed IS
'Number of enrollments that are completed.';
COMMENT ON COLUMN learner_analytics.average_course_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN learner_analytics.total_learning_time_minutes IS
'Sum of total_time_spent over enrollments, minutes; NULL without enrollments.';
COMMENT ON COLUMN learner_analytics.average_session_duration IS
'Mean duration_minutes over sessions, minutes.';
COMMENT ON COLUMN learner_analytics.total_learning_sessions IS 'Number of sessions.';
COMMENT ON COLUMN learner_analytics.overall_comprehension IS
'Mean comprehension_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_analytics.overall_retention IS
'Mean retention_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_analytics.overall_application IS
'Mean application_score over progress rows, 0 to 1.';
COMMENT ON COLUMN learner_analytics.average_engagement_level IS
'Mean rank of engagement_level over sessions that are derived or name it in supplied: low 1 to '
'very_high 4.';
COMMENT ON COLUMN learner_analytics.average_focus_score IS
'Mean focus_score over sessions, 0 to 1.';
COMMENT ON COLUMN learner_analytics.average_productivity_score IS
'Mean productivity_score over sessions, 0 to 1.';
COMMENT ON COLUMN learner_analytics.average_assessment_performance IS
'Mean of the best percentages, one for each assessment with a graded attempt, percent.';
COMMENT ON COLUMN learner_analytics.total_assessments_taken IS
'Number of attempts, of any status.';
COMMENT ON COLUMN learner_analytics.preferred_interaction_type IS
'Most frequent interaction_type; of equals the first label of the type.';
COMMENT ON COLUMN learner_analytics.interaction_learning_effectiveness IS
'Mean learning_effectiveness over interactions, 0 to 1.';
COMMENT ON COLUMN learner_analytics.last_updated IS
'When the reader''s transaction began.';
