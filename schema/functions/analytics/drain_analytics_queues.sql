-- Moves all queues into the summaries. Whose sessions are derived is what was just taken out of the
-- queues, in the same statements: nothing that is queued meanwhile is missed.
-- depends: functions/derive_sessions
-- depends: functions/drain_course_enrollments_delta functions/drain_section_progress_delta
-- depends: functions/drain_assessment_attempts_delta functions/drain_learning_sessions_delta
-- depends: functions/drain_learning_interactions_delta
CREATE OR REPLACE FUNCTION drain_analytics_queues() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_due jsonb;
    v_course record;
BEGIN
    SELECT jsonb_agg(d.*) INTO v_due
    FROM (
        SELECT q.* FROM drain_course_enrollments_delta() AS q
        UNION
        SELECT q.* FROM drain_section_progress_delta() AS q
        UNION
        SELECT q.* FROM drain_assessment_attempts_delta() AS q
        UNION
        SELECT q.* FROM drain_learning_interactions_delta() AS q
        UNION
        SELECT q.* FROM drain_learning_sessions_delta() AS q
    ) AS d;
    -- derived sessions are queued, too; what else comes with them is due in turn
    WHILE v_due IS NOT NULL LOOP
        FOR v_course IN
            SELECT
                d.due_course_id AS id,
                array_agg(d.due_learner_id) AS learner_ids
            FROM jsonb_to_recordset(v_due) AS d (due_learner_id uuid, due_course_id uuid)
            GROUP BY d.due_course_id
            ORDER BY d.due_course_id
        LOOP
            PERFORM derive_sessions(v_course.id, p_learner_ids => v_course.learner_ids);
        END LOOP;
        SELECT jsonb_agg(q.*) INTO v_due FROM drain_learning_sessions_delta() AS q;
    END LOOP;

    DELETE FROM learner_course_summary AS s
    WHERE s.enrollments = 0 AND s.progress_rows = 0 AND s.attempts = 0;
    DELETE FROM learner_day_summary AS s
    WHERE s.interactions = 0;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_analytics_queues() FROM public;

COMMENT ON FUNCTION drain_analytics_queues() IS
'Adds everything that is queued to the summaries and empties the queues; derives the sessions of '
'whom it concerns, in courses that ask for it. For refresh_learning_analytics, which sees to it '
'that one runs at a time.';
