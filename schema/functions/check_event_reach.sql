-- An event that no partition can hold is refused by PostgreSQL in words that tell an application
-- nothing; this says what to do. For events ahead of now only: everything earlier has a partition.
-- depends: functions/interaction_partitions
CREATE OR REPLACE FUNCTION check_event_reach(p_timestamp timestamptz) RETURNS void
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_end timestamptz := (SELECT max(p.upper_bound) FROM interaction_partitions() AS p);
BEGIN
    IF p_timestamp >= v_end THEN
        RAISE check_violation USING
            MESSAGE = format('an event at %s is in the future', p_timestamp),
            DETAIL = format('The months of learning_interactions end at %s.', v_end),
            HINT = 'Correct the clock of the sender, or make more months with '
                'ensure_interaction_partitions(p_months_ahead => ...).',
            TABLE = 'learning_interactions', COLUMN = 'timestamp';
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_event_reach(timestamptz) FROM public;

COMMENT ON FUNCTION check_event_reach(timestamptz) IS
'Raises 23514 for a time at or after the end of the last partition of learning_interactions. For '
'record_interaction and record_interactions.';
