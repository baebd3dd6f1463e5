-- Moves all queues into the summaries.
-- depends: functions/drain_course_enrollments_delta functions/drain_section_progress_delta
-- depends: functions/drain_assessment_attempts_delta functions/drain_learning_sessions_delta
-- depends: functions/drain_learning_interactions_delta
CREATE OR REPLACE FUNCTION drain_analytics_queues() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM drain_course_enrollments_delta();
    PERFORM drain_section_progress_delta();
    PERFORM drain_assessment_attempts_delta();
    PERFORM drain_learning_sessions_delta();
    PERFORM drain_learning_interactions_delta();

    DELETE FROM learner_course_summary AS s
    WHERE s.enrollments = 0 AND s.progress_rows = 0 AND s.attempts = 0;
    DELETE FROM learner_day_summary AS s
    WHERE s.interactions = 0;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_analytics_queues() FROM public;

COMMENT ON FUNCTION drain_analytics_queues() IS
'Adds everything that is queued to the summaries and empties the queues. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
