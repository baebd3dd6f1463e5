-- Adds a link to the chain of seals, in one place for sealing and for retention.
-- depends: functions/audit_rows_hash functions/audit_seal_hash
CREATE OR REPLACE FUNCTION append_audit_seal(
    p_row_ids int8multirange,
    p_expired_before timestamptz DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_rows_hash CONSTANT bytea := (SELECT h.rows_hash FROM audit_rows_hash(p_row_ids) AS h);
    v_last record;
BEGIN
    -- one at a time; the statement after it sees the last seal
    LOCK TABLE audit_seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT s.id, s.hash INTO v_last FROM audit_seals AS s ORDER BY s.id DESC LIMIT 1;
    INSERT INTO audit_seals (id, sealed_at, row_ids, rows_hash, expired_before, hash)
    SELECT
        n.id,
        now(),
        p_row_ids,
        v_rows_hash,
        p_expired_before,
        audit_seal_hash(n.id, now(), p_row_ids, v_rows_hash, p_expired_before, v_last.hash)
    FROM (SELECT coalesce(v_last.id, 0) + 1 AS id) AS n;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_audit_seal(int8multirange, timestamptz) FROM public;

COMMENT ON FUNCTION append_audit_seal(int8multirange, timestamptz) IS
'Seals these rows of audit_log; with a time, as rows that are dropped next in the same '
'transaction, and with them all from before that time. Locks: SHARE ROW EXCLUSIVE on audit_seals. '
'For seal_audit_log and drop_expired_audit_log.';
