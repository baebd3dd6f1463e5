-- What the table would refuse without saying what to do: no partition holds such a time, or no
-- event can have it. A definer, because who logs events need not be able to look for partitions.
-- depends: functions/interaction_partitions
CREATE OR REPLACE FUNCTION check_event_period(p_timestamp timestamptz) RETURNS void
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_end timestamptz;
BEGIN
    IF NOT isfinite(p_timestamp) THEN
        RAISE check_violation USING
            MESSAGE = format('an event cannot happen at %s', p_timestamp),
            HINT = 'Give the time at which it happened, or leave the time out for now.',
            CONSTRAINT = 'learning_interactions_finite_times_check',
            TABLE = 'learning_interactions', COLUMN = 'timestamp';
    END IF;
    SELECT max(p.upper_bound) INTO v_end FROM interaction_partitions() AS p;
    IF p_timestamp >= v_end THEN
        RAISE check_violation USING
            MESSAGE = format(
                'an event at %s is in the future: learning_interactions ends before %s',
                p_timestamp, v_end
            ),
            HINT = 'Correct the clock of the device that sent it, or leave the time out for now. '
                'Months ahead are made by lms-schema maintain or ensure_interaction_partitions().',
            TABLE = 'learning_interactions', COLUMN = 'timestamp';
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_event_period(timestamptz) FROM public;

COMMENT ON FUNCTION check_event_period(timestamptz) IS
'Raises 23514, with a hint, for the infinite time of an event and for one in the future that no '
'partition of learning_interactions holds.';
