-- The call by which an application logs many events at once; the same as record_interaction for
-- each, at a fraction of the cost.
-- depends: functions/event_labels functions/store_interactions
CREATE OR REPLACE FUNCTION record_interactions(p_events jsonb) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_events jsonb := p_events;
    v_from integer := 0;
    v_last integer;
    v_until integer;
    v_middle integer;
    v_stored integer := 0;
    v_message text;
    v_detail text;
    v_hint text;
    v_state text;
    v_constraint text;
    v_column text;
    v_table text;
BEGIN
    IF jsonb_typeof(p_events) IS DISTINCT FROM 'array' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'p_events must be a JSON array of events, not %s',
                coalesce(jsonb_typeof(p_events), 'NULL')
            );
    END IF;

    v_last := jsonb_array_length(p_events) - 1;
    v_until := v_last;
    v_middle := v_last;
    -- All of them, or else by halves, until the first at fault stands alone. What is in order is
    -- stored on the way; all of it is undone by the error in the end.
    LOOP
        BEGIN
            v_stored := v_stored + store_interactions(v_events);
            IF v_middle = v_last THEN
                RETURN v_stored;
            END IF;
            v_from := v_middle + 1;
        EXCEPTION
            WHEN data_exception OR integrity_constraint_violation THEN
                GET STACKED DIAGNOSTICS
                    v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
                    v_hint = PG_EXCEPTION_HINT, v_state = RETURNED_SQLSTATE,
                    v_constraint = CONSTRAINT_NAME, v_column = COLUMN_NAME,
                    v_table = TABLE_NAME;
                EXIT WHEN v_middle = v_from;
                v_until := v_middle;
        END;
        IF v_from > v_until THEN
            -- what was at fault, such as an event of another transaction, is gone
            v_until := v_last;
        END IF;
        v_middle := (v_from + v_until) / 2;
        v_events := jsonb_path_query_array(
            p_events, '$[$from to $until]',
            jsonb_build_object('from', v_from, 'until', v_middle)
        );
    END LOOP;
    RAISE EXCEPTION USING
        MESSAGE = format('p_events[%s]: %s', v_from, v_message),
        DETAIL = coalesce(nullif(v_detail, ''), 'No event of the batch was stored.'),
        HINT = CASE
            WHEN v_hint <> '' THEN v_hint
            -- unreadable, such as a label that is none
            WHEN v_state = '22P02' THEN event_labels()
            ELSE 'Mend it or leave it out.'
        END,
        ERRCODE = v_state,
        CONSTRAINT = v_constraint, COLUMN = v_column, TABLE = v_table;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_interactions(jsonb) FROM public;

COMMENT ON FUNCTION record_interactions(jsonb) IS
'Logs a JSON array of events and counts them in section_progress, as record_interaction does for '
'each in turn: all of them or, on an error, none. An event is an object whose keys are the '
'parameters of record_interaction without p_; a key that is left out or null has their default. '
'Returns how many were stored: an id that is stored at its time already is stored and counted only '
'once. Raises what record_interaction raises, and 22023 for an unknown key, its message beginning '
'with p_events[n], the first event at fault, counted from 0.';
