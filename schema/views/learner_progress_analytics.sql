-- Figures of each learner: the rows of learner_summary as the last refresh left them, where each
-- source is aggregated by itself. Copied columns are NULL where there is no such learner any more.
CREATE MATERIALIZED VIEW learner_progress_analytics AS
SELECT
    s.learner_id,
    s.learning_style,
    s.academic_level,
    s.preferred_difficulty,
    s.enrollments AS courses_enrolled,
    s.completed AS courses_completed,
    s.average_course_progress,
    CASE WHEN s.enrollments > 0 THEN s.time_sum END AS total_learning_time_minutes,
    s.average_session_duration,
    s.sessions AS total_learning_sessions,
    s.overall_comprehension,
    s.overall_retention,
    s.overall_application,
    s.average_engagement_level,
    s.average_focus_score,
    s.average_productivity_score,
    s.average_assessment_performance,
    s.attempts AS total_assessments_taken,
    s.preferred_interaction_type,
    s.interaction_learning_effectiveness,
    s.changed_at AS last_updated
FROM learner_summary AS s
WHERE s.academic_level IS NOT NULL;

CREATE UNIQUE INDEX idx_learner_progress_analytics_learner
ON learner_progress_analytics (learner_id);

COMMENT ON INDEX idx_learner_progress_analytics_learner IS
'One learner, and what REFRESH CONCURRENTLY matches rows by.';
COMMENT ON MATERIALIZED VIEW learner_progress_analytics IS
'One row per learner: figures over all courses, as of the last refresh_learning_analytics(). '
'Averages skip NULL, and are NULL when there are none. Who may read it reads all learners.';
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
'Mean rank of engagement_level over sessions that are derived or name it in supplied: low 1 to '
'very_high 4.';
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
