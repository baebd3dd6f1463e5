-- Retention of the audit log, by whole months from the oldest on. What goes is sealed once more:
-- that seal tells check_audit_log that nobody else took the rows away.
-- depends: functions/append_audit_seal functions/expired_partitions functions/seal_audit_log
CREATE OR REPLACE FUNCTION drop_expired_audit_log() RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- months before a time are those of the partitions
SET timezone = 'UTC'
-- shorter than deadlock_timeout: whoever waits for us is not cancelled
SET lock_timeout = '500ms'
AS $$
DECLARE
    v_expired regclass[];
    v_part record;
    v_row_ids int8multirange;
    v_rows bigint;
    v_dropped bigint := 0;
BEGIN
    -- nobody places a hold meanwhile
    LOCK TABLE legal_holds IN SHARE MODE;
    v_expired := ARRAY(
        SELECT e.partition
        FROM retention_policies AS p
        CROSS JOIN LATERAL expired_partitions('audit_log', now() - p.keep_for) AS e
        WHERE p.what = 'audit_log'
    );
    IF v_expired = '{}' THEN
        RETURN 0;
    END IF;
    WHILE seal_audit_log() > 0 LOOP
    END LOOP;

    -- a seal says that all rows before a time are gone: months go up to the first that stays
    FOR v_part IN
        SELECT
            p.*,
            count(*) OVER () AS going
        FROM (
            SELECT
                m.*,
                bool_and(m.partition = ANY(v_expired)) OVER (ORDER BY m.upper_bound) AS is_first
            FROM month_partitions('audit_log') AS m
        ) AS p
        WHERE p.is_first
        ORDER BY p.upper_bound
    LOOP
        -- waits for transactions that began to write before the month was over
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE MODE', v_part.partition);
        EXECUTE format(
            'SELECT range_agg(int8range(a.id, a.id, ''[]'')), count(*) FROM ONLY %s AS a',
            v_part.partition
        )
        INTO v_row_ids, v_rows;
        -- dropping it alone, it would be made again as it is
        CONTINUE WHEN v_part.lower_bound IS NULL AND v_part.going = 1 AND v_rows = 0;
        IF v_rows > 0 THEN
            PERFORM append_audit_seal(v_row_ids, v_part.upper_bound);
        END IF;
        INSERT INTO retention_log (what, lower_bound, upper_bound, rows_gone)
        VALUES ('audit_log', v_part.lower_bound, v_part.upper_bound, v_rows);
        EXECUTE format('DROP TABLE %s', v_part.partition);
        v_dropped := v_dropped + 1;
    END LOOP;
    RETURN v_dropped;
END;
$$;

REVOKE EXECUTE ON FUNCTION drop_expired_audit_log() FROM public;

COMMENT ON FUNCTION drop_expired_audit_log() IS
'Drops the months of audit_log that are past the retention that retention_policies says, from the '
'oldest up to one with a learner under a legal hold; seals what goes, notes it in retention_log, '
'and returns how many months went. Call ensure_month_partitions(''audit_log'') next. Raises 55P03 '
'when others are in the way: try again. Locks: SHARE on legal_holds, SHARE ROW EXCLUSIVE on '
'audit_seals, SHARE on the months, at the end ACCESS EXCLUSIVE on audit_log; it waits half a '
'second at most for each. For the owner.';
