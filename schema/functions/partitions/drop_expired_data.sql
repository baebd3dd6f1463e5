-- Retention of events, by whole partitions: a month goes in milliseconds, and without the dead rows
-- that a DELETE leaves.
-- depends: functions/expired_interaction_partitions functions/interaction_retention_ddl
-- depends: functions/retire_interaction_partitions
CREATE OR REPLACE FUNCTION drop_expired_data(
    p_keep interval DEFAULT NULL,
    p_as_of timestamptz DEFAULT now()
) RETURNS TABLE (
    partition_name text,
    lower_bound timestamptz,
    upper_bound timestamptz,
    interactions bigint
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_partitions regclass[] := ARRAY(
        SELECT p.partition FROM expired_interaction_partitions(p_keep, p_as_of) AS p
    );
    v_statement text;
BEGIN
    IF v_partitions = '{}' THEN
        RETURN;
    END IF;

    FOR v_statement IN SELECT d.* FROM interaction_retention_ddl(v_partitions) AS d LOOP
        IF v_statement LIKE 'SELECT%' THEN
            RETURN QUERY EXECUTE v_statement;
        ELSE
            EXECUTE v_statement;
        END IF;
    END LOOP;
END;
$$;

REVOKE EXECUTE ON FUNCTION drop_expired_data(interval, timestamptz) FROM public;

COMMENT ON FUNCTION drop_expired_data(interval, timestamptz) IS
'Drops the partitions of learning_interactions whose every event is older than p_keep (at least '
'30 days; NULL: keep for ever) at p_as_of, the one of all earlier events included, and returns '
'them with their bounds and number of events, which retention_log keeps. Counts and times of '
'section_progress and enrollments stay, see expired_interaction_totals; the analytics follow with '
'the next refresh. Call ensure_interaction_partitions() in the next transaction, so that events of '
'that time can still be stored. For the owner of the table. Raises 22023 for less than 30 days and '
'for a time in the future, 40001 or 55P03 when others are in the way: try again. Locks: see '
'retire_interaction_partitions.';
