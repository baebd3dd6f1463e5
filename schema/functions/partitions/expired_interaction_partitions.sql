-- Which partitions are past their retention: whole ones, never one that straddles the limit, and
-- none that is under a legal hold.
-- depends: functions/interaction_partitions functions/is_interaction_partition_held
-- depends: functions/metrics_window
CREATE OR REPLACE FUNCTION expired_interaction_partitions(
    p_keep interval,
    p_as_of timestamptz DEFAULT now()
) RETURNS TABLE (
    partition regclass,
    lower_bound timestamptz,
    upper_bound timestamptz
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- months before a time are those of the partitions
SET timezone = 'UTC'
AS $$
DECLARE
    v_history regclass;
    v_is_empty boolean;
BEGIN
    IF p_as_of IS NULL OR p_as_of > now() THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'p_as_of must not be in the future, as %s is', coalesce(p_as_of::text, 'NULL')
            );
    END IF;
    IF p_as_of - p_keep > p_as_of - metrics_window() THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('p_keep must be at least 30 days, not %s', p_keep),
            HINT = 'Engagement and velocity of the enrollments look back on the events of 30 days.';
    END IF;

    SELECT p.partition INTO v_history FROM interaction_partitions() AS p WHERE p.lower_bound IS NULL;
    IF FOUND THEN
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM ONLY %s)', v_history) INTO v_is_empty;
    END IF;

    RETURN QUERY
    SELECT
        e.partition,
        e.lower_bound,
        e.upper_bound
    FROM (
        SELECT
            p.*,
            count(*) OVER () AS expired
        FROM interaction_partitions() AS p
        WHERE p.upper_bound <= p_as_of - p_keep
    ) AS e
    -- dropping it alone, it would be made again as it is
    WHERE
        NOT (e.lower_bound IS NULL AND e.expired = 1 AND v_is_empty)
        AND NOT is_interaction_partition_held(e.partition)
    ORDER BY e.upper_bound;
END;
$$;

REVOKE EXECUTE ON FUNCTION expired_interaction_partitions(interval, timestamptz) FROM public;

COMMENT ON FUNCTION expired_interaction_partitions(interval, timestamptz) IS
'Partitions of learning_interactions whose every event, stored or possible, is older than p_keep '
'at p_as_of; the oldest first, none when p_keep is NULL. The partition of all earlier events is '
'one of them when its end is that old, unless it is empty and the only one. A partition with an '
'event of a learner under a legal hold is none of them. Raises 22023 for less than 30 days and for '
'a p_as_of in the future.';
