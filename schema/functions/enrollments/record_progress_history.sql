-- Starts the history of new progress rows, and goes on with that of a row that became another one:
-- id, learner or section and percentage changed at once, so that which was which is known by row
-- only. All other updates: follow_section_progress. Definer: nobody else writes the history.
CREATE OR REPLACE FUNCTION record_progress_history() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_is_event_time boolean := current_setting('lms_schema.progress_time', TRUE) = 'event';
    v_learner_ids uuid[];
    v_section_ids uuid[];
    v_times timestamptz[];
    v_percentages numeric[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
        SELECT
            array_agg(n.learner_id), array_agg(n.section_id),
            array_agg(
                CASE
                    WHEN v_is_event_time
                        THEN coalesce(n.completion_timestamp, n.last_accessed, now())
                    ELSE now()
                END
            ),
            array_agg(n.completion_percentage)
        INTO v_learner_ids, v_section_ids, v_times, v_percentages
        FROM new_rows AS n
        WHERE n.completion_percentage > 0;
        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        SELECT k.learner_id, k.section_id, k.changed_at, 0, k.percentage
        FROM unnest(v_learner_ids, v_section_ids, v_times, v_percentages)
            AS k (learner_id, section_id, changed_at, percentage);
    ELSE
        INSERT INTO section_progress_history (
            learner_id, section_id, changed_at, previous_percentage, percentage
        )
        VALUES (
            new.learner_id,
            new.section_id,
            CASE
                WHEN v_is_event_time
                    THEN coalesce(new.completion_timestamp, new.last_accessed, now())
                ELSE now()
            END,
            old.completion_percentage,
            new.completion_percentage
        );
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_progress_history() FROM public;

COMMENT ON FUNCTION record_progress_history() IS
'Trigger: appends the percentage of new progress rows, and of rows that were given another id, '
'learner or section, to section_progress_history, stamped with the time of the transaction. A bulk '
'load that runs SET LOCAL lms_schema.progress_time = ''event'' stamps it with completion_timestamp '
'or else last_accessed of the row; so does follow_section_progress.';
