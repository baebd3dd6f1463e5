-- Seals the rows of the audit log that are in no seal yet, and so also those that were committed
-- after rows of higher ids had been sealed.
-- depends: functions/append_audit_seal
CREATE OR REPLACE FUNCTION seal_audit_log(p_limit integer DEFAULT 100000) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- months are those of the partitions
SET timezone = 'UTC'
AS $$
DECLARE
    v_sealed int8multirange;
    v_row_ids int8multirange;
    v_rows bigint;
BEGIN
    IF p_limit IS NULL OR p_limit < 1 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('p_limit must be at least 1, not %s', coalesce(p_limit::text, 'NULL'));
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE invalid_transaction_state USING
            MESSAGE = 'the audit log is sealed in a READ COMMITTED transaction only',
            HINT = 'Another one could not see the seal that another session made meanwhile.';
    END IF;
    -- one at a time; each statement after it sees the seals of the one before
    LOCK TABLE audit_seals IN SHARE ROW EXCLUSIVE MODE;

    SELECT coalesce(range_agg(s.row_ids), '{}') INTO v_sealed FROM audit_seals AS s;
    SELECT
        range_agg(int8range(b.id, b.id, '[]')),
        count(*)
    INTO v_row_ids, v_rows
    FROM (
        SELECT
            u.id,
            u.month,
            min(u.month) OVER () AS first_month
        FROM (
            SELECT
                a.id,
                date_trunc('month', a.recorded_at) AS month
            FROM unnest('{(,)}'::int8multirange - v_sealed) AS r (ids)
            INNER JOIN audit_log AS a ON
                a.id >= coalesce(lower(r.ids), -9223372036854775808)
                AND a.id <= coalesce(upper(r.ids) - 1, 9223372036854775807)
            ORDER BY a.id
            LIMIT p_limit
        ) AS u
    ) AS b
    WHERE b.month = b.first_month;
    IF v_rows > 0 THEN
        PERFORM append_audit_seal(v_row_ids);
    END IF;
    RETURN v_rows;
END;
$$;

REVOKE EXECUTE ON FUNCTION seal_audit_log(integer) FROM public;

COMMENT ON FUNCTION seal_audit_log(integer) IS
'Seals rows of audit_log that no seal holds, of one month, at most p_limit of them, the lowest '
'ids first, and returns how many; call it until that is 0, as maintain does. Raises 22023 for a '
'p_limit below 1 and 25000 in a transaction that is not READ COMMITTED. Locks: SHARE ROW EXCLUSIVE '
'on audit_seals; writers of the log do not wait. For the owner.';
