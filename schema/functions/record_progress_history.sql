-- Appends changes of completion_percentage to section_progress_history: one insert for a statement,
-- however many rows it changed. Definer: nobody else writes the history.
CREATE OR REPLACE FUNCTION record_progress_history() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- A session keeps the plan of its first statement, for one row say: a nested loop over those of a
-- bulk load would take hours.
SET enable_nestloop = off
AS $$
DECLARE
    v_event_time boolean := current_setting('lms_schema.progress_time', TRUE) = 'event';
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        SELECT
            n.learner_id,
            n.section_id,
            CASE
                WHEN v_event_time THEN coalesce(n.completion_timestamp, n.last_accessed, now())
                ELSE now()
            END,
            0,
            n.completion_percentage
        FROM new_rows AS n
        WHERE n.completion_percentage > 0;
    ELSE
        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        SELECT
            n.learner_id,
            n.section_id,
            CASE
                WHEN v_event_time THEN coalesce(n.completion_timestamp, n.last_accessed, now())
                ELSE now()
            END,
            o.completion_percentage,
            n.completion_percentage
        FROM new_rows AS n
        INNER JOIN old_rows AS o ON n.id = o.id
        WHERE n.completion_percentage <> o.completion_percentage;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_progress_history() FROM public;

COMMENT ON FUNCTION record_progress_history() IS
'Trigger: appends each change of completion_percentage to section_progress_history, stamped '
'with the time of the transaction. A bulk load that runs SET LOCAL lms_schema.progress_time = '
'''event'' stamps it with completion_timestamp or else last_accessed of the row.';
