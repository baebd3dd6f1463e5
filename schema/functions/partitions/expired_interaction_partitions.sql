-- Which months of events are past their retention.
-- depends: functions/expired_partitions functions/metrics_window
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

    RETURN QUERY SELECT * FROM expired_partitions('learning_interactions', p_as_of - p_keep);
END;
$$;

REVOKE EXECUTE ON FUNCTION expired_interaction_partitions(interval, timestamptz) FROM public;

COMMENT ON FUNCTION expired_interaction_partitions(interval, timestamptz) IS
'Partitions of learning_interactions that are past p_keep at p_as_of, see expired_partitions; none '
'when p_keep is NULL. Raises 22023 for less than 30 days and for a p_as_of in the future.';
