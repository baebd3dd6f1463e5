-- The partitions of the event table.
-- depends: functions/month_partitions
CREATE OR REPLACE FUNCTION interaction_partitions() RETURNS TABLE (
    partition regclass,
    lower_bound timestamptz,
    upper_bound timestamptz
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT * FROM month_partitions('learning_interactions')
$$;

REVOKE EXECUTE ON FUNCTION interaction_partitions() FROM public;

COMMENT ON FUNCTION interaction_partitions() IS
'Partitions of learning_interactions, the oldest first, each from lower_bound (NULL: the beginning '
'of time) to just before upper_bound.';
