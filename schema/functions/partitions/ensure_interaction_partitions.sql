-- Makes the missing partitions of the event table.
-- depends: functions/ensure_month_partitions
CREATE OR REPLACE FUNCTION ensure_interaction_partitions(
    p_months_ahead integer DEFAULT 12,
    p_from date DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ensure_month_partitions('learning_interactions', p_months_ahead, p_from);
END;
$$;

REVOKE EXECUTE ON FUNCTION ensure_interaction_partitions(integer, date) FROM public;

COMMENT ON FUNCTION ensure_interaction_partitions(integer, date) IS
'Makes the partitions of learning_interactions which are missing, see '
'month_partition_ddl, and returns how many it made. For the owner of the table. Locks: '
'SHARE UPDATE EXCLUSIVE on the event table, SHARE ROW EXCLUSIVE on learners and '
'learning_sections (ACCESS EXCLUSIVE on the three when p_from moves the first month back), until '
'the transaction ends.';
