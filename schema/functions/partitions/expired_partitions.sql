-- Which partitions are past their retention: whole ones, never one that straddles the limit, and
-- none that is under a legal hold.
-- depends: functions/is_partition_held functions/month_partitions
CREATE OR REPLACE FUNCTION expired_partitions(p_table text, p_limit timestamptz) RETURNS TABLE (
    partition regclass,
    lower_bound timestamptz,
    upper_bound timestamptz
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_history regclass;
    v_is_empty boolean;
BEGIN
    SELECT p.partition INTO v_history
    FROM month_partitions(p_table) AS p
    WHERE p.lower_bound IS NULL;
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
        FROM month_partitions(p_table) AS p
        WHERE p.upper_bound <= p_limit AND NOT is_partition_held(p.partition)
    ) AS e
    -- dropping it alone, it would be made again as it is
    WHERE NOT (e.lower_bound IS NULL AND e.expired = 1 AND v_is_empty)
    ORDER BY e.upper_bound;
END;
$$;

REVOKE EXECUTE ON FUNCTION expired_partitions(text, timestamptz) FROM public;

COMMENT ON FUNCTION expired_partitions(text, timestamptz) IS
'Partitions of a table by UTC month whose every row, stored or possible, is older than p_limit; '
'the oldest first, none when it is NULL. The partition of all earlier rows is one of them when its '
'end is that old, unless it is empty and the only one. A partition with a row of a learner under a '
'legal hold is none of them.';
