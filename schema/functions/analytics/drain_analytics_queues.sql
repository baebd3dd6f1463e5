-- Moves all queues into the summaries. The statements that empty the queues also tell whose
-- sessions and retention to derive: nothing that is queued meanwhile is missed.
-- depends: functions/count_section_retention functions/derive_sessions
-- depends: functions/drain_course_enrollments_delta functions/drain_section_progress_delta
-- depends: functions/drain_assessment_attempts_delta functions/drain_learning_sessions_delta
-- depends: functions/drain_learning_interactions_delta functions/join_objective_totals
CREATE OR REPLACE FUNCTION drain_analytics_queues() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_tested_ids uuid[];
    v_tested_course_ids uuid[];
    v_studied jsonb;
    v_course_ids uuid[];
    v_due jsonb;
    v_course record;
BEGIN
    -- first, as it queues changes of progress
    SELECT
        array_agg(q.due_learner_id) FILTER (WHERE q.is_retention_due),
        array_agg(q.due_course_id) FILTER (WHERE q.is_retention_due),
        jsonb_agg(q.*) FILTER (WHERE q.is_session_due)
    INTO v_tested_ids, v_tested_course_ids, v_studied
    FROM drain_learning_interactions_delta() AS q;
    PERFORM count_section_retention(v_tested_ids, v_tested_course_ids);

    WITH request AS (
        DELETE FROM analytics_rebuild_request AS r
        WHERE r.course_id IS NOT NULL
        RETURNING r.course_id
    )

    SELECT array_agg(r.course_id) INTO v_course_ids FROM request AS r;

    SELECT jsonb_agg(d.*) INTO v_due
    FROM (
        SELECT q.due_learner_id, q.due_course_id FROM drain_course_enrollments_delta() AS q
        UNION
        SELECT q.due_learner_id, q.due_course_id FROM drain_section_progress_delta() AS q
        UNION
        SELECT q.due_learner_id, q.due_course_id FROM drain_assessment_attempts_delta() AS q
        UNION
        SELECT q.due_learner_id, q.due_course_id FROM drain_learning_sessions_delta() AS q
        UNION
        SELECT q.*
        FROM jsonb_to_recordset(v_studied) AS q (due_learner_id uuid, due_course_id uuid)
        UNION
        -- everybody
        SELECT NULL, c.id FROM educational_courses AS c
        WHERE c.id = ANY(v_course_ids) AND c.derive_sessions
    ) AS d;
    -- what is derived is queued, too; what others change meanwhile is due in turn
    WHILE v_due IS NOT NULL LOOP
        FOR v_course IN
            SELECT
                d.due_course_id AS id,
                CASE
                    WHEN count(*) = count(d.due_learner_id) THEN array_agg(d.due_learner_id)
                END AS learner_ids
            FROM jsonb_to_recordset(v_due) AS d (due_learner_id uuid, due_course_id uuid)
            GROUP BY d.due_course_id
            ORDER BY d.due_course_id
        LOOP
            PERFORM derive_sessions(v_course.id, p_learner_ids => v_course.learner_ids);
        END LOOP;
        SELECT jsonb_agg(q.*) INTO v_due FROM drain_learning_sessions_delta() AS q;
    END LOOP;

    PERFORM join_objective_totals();

    DELETE FROM learner_course_summary AS s
    WHERE s.enrollments = 0 AND s.progress_rows = 0 AND s.attempts = 0;
    DELETE FROM learner_day_summary AS s
    WHERE s.interactions = 0;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_analytics_queues() FROM public;

COMMENT ON FUNCTION drain_analytics_queues() IS
'Adds everything that is queued to the summaries and empties the queues; derives the retention of '
'the learners concerned, and their sessions in courses that ask for it. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
