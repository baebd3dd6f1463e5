-- What has a retention policy and no months: rows that are older go.
CREATE OR REPLACE FUNCTION delete_expired_rows(p_as_of timestamptz DEFAULT now()) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_policy record;
    v_count bigint;
    v_total bigint := 0;
BEGIN
    IF p_as_of IS NULL OR p_as_of > now() THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'p_as_of must not be in the future, as %s is', coalesce(p_as_of::text, 'NULL')
            );
    END IF;

    FOR v_policy IN
        SELECT
            p.what,
            k.column_name,
            p_as_of - p.keep_for AS limit
        FROM retention_policies AS p
        INNER JOIN (
            VALUES ('access_sessions', 'expires_at'), ('analytics_refresh_log', 'finished_at')
        ) AS k (what, column_name) ON p.what = k.what
        ORDER BY p.what
    LOOP
        EXECUTE format('DELETE FROM %I WHERE %I < $1', v_policy.what, v_policy.column_name)
        USING v_policy.limit;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        IF v_count > 0 THEN
            INSERT INTO retention_log (what, upper_bound, rows_gone)
            VALUES (v_policy.what, v_policy.limit, v_count);
        END IF;
        v_total := v_total + v_count;
    END LOOP;
    RETURN v_total;
END;
$$;

REVOKE EXECUTE ON FUNCTION delete_expired_rows(timestamptz) FROM public;

COMMENT ON FUNCTION delete_expired_rows(timestamptz) IS
'Deletes the rows of access_sessions and analytics_refresh_log that are past their retention at '
'p_as_of, notes them in retention_log, and returns their number. Events: drop_expired_data. Raises '
'22023 for a p_as_of in the future. For the owner.';
