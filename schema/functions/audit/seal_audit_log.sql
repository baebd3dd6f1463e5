-- Seals the rows of the audit log that are in no seal yet, and so also those that were committed
-- after rows of higher ids had been sealed.
-- depends: functions/audit_rows_hash functions/audit_seal_hash
CREATE OR REPLACE FUNCTION seal_audit_log(p_limit integer DEFAULT 100000) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_sealed int8multirange;
    v_row_ids int8multirange;
    v_rows_hash bytea;
    v_rows bigint;
    v_last record;
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
        SELECT a.id
        FROM unnest('{(,)}'::int8multirange - v_sealed) AS r (ids)
        INNER JOIN audit_log AS a ON
            a.id >= coalesce(lower(r.ids), -9223372036854775808)
            AND a.id <= coalesce(upper(r.ids) - 1, 9223372036854775807)
        ORDER BY a.id
        LIMIT p_limit
    ) AS b;
    IF v_rows = 0 THEN
        RETURN 0;
    END IF;

    SELECT h.rows_hash INTO v_rows_hash FROM audit_rows_hash(v_row_ids) AS h;
    SELECT s.id, s.hash INTO v_last FROM audit_seals AS s ORDER BY s.id DESC LIMIT 1;
    INSERT INTO audit_seals (id, sealed_at, row_ids, rows_hash, hash)
    SELECT
        n.id,
        now(),
        v_row_ids,
        v_rows_hash,
        audit_seal_hash(n.id, now(), v_row_ids, v_rows_hash, v_last.hash)
    FROM (SELECT coalesce(v_last.id, 0) + 1 AS id) AS n;
    RETURN v_rows;
END;
$$;

REVOKE EXECUTE ON FUNCTION seal_audit_log(integer) FROM public;

COMMENT ON FUNCTION seal_audit_log(integer) IS
'Seals rows of audit_log that no seal holds, at most p_limit of them, the lowest ids first, and '
'returns how many; call it until that is 0, as maintain does. Raises 22023 for a p_limit below 1 '
'and 25000 in a transaction that is not READ COMMITTED. Locks: SHARE ROW EXCLUSIVE on audit_seals; '
'writers of the log do not wait. For the owner.';
