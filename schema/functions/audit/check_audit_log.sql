-- Whether the audit log says what it said when it was sealed.
-- depends: functions/audit_rows_hash functions/audit_seal_hash
CREATE OR REPLACE FUNCTION check_audit_log(
    p_seal_id bigint DEFAULT NULL,
    p_hash bytea DEFAULT NULL
) RETURNS TABLE (
    problem text,
    seal_id bigint,
    row_ids int8multirange
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
    SELECT
        p.problem,
        s.id,
        p.row_ids
    FROM (
        SELECT
            s.*,
            lag(s.id, 1, 0::bigint) OVER (ORDER BY s.id) AS previous_id,
            lag(s.hash) OVER (ORDER BY s.id) AS previous_hash
        FROM audit_seals AS s
    ) AS s
    CROSS JOIN (
        SELECT coalesce(range_agg(e.row_ids), '{}') AS row_ids
        FROM audit_seals AS e WHERE e.expired_before IS NOT NULL
    ) AS gone
    CROSS JOIN LATERAL audit_rows_hash(s.row_ids) AS h
    CROSS JOIN LATERAL (
        SELECT
            'seals before this one are missing' AS problem,
            NULL::int8multirange AS row_ids
        WHERE s.previous_id <> s.id - 1
        UNION ALL
        SELECT 'the seal, or the one before it, was changed', NULL
        WHERE
            s.previous_id = s.id - 1
            AND s.hash <> audit_seal_hash(
                s.id, s.sealed_at, s.row_ids, s.rows_hash, s.expired_before, s.previous_hash
            )
        UNION ALL
        SELECT 'rows are missing', s.row_ids - h.found_ids
        WHERE h.found_ids <> s.row_ids AND NOT s.row_ids <@ gone.row_ids
        UNION ALL
        SELECT 'rows were changed, one of these', s.row_ids
        WHERE
            h.found_ids = s.row_ids
            AND h.rows_hash <> s.rows_hash
            AND NOT s.row_ids <@ gone.row_ids
        UNION ALL
        -- who takes rows away, and says that they expired, must take away all from before
        SELECT 'rows that expired are there', range_agg(int8range(a.id, a.id, '[]'))
        FROM audit_log AS a
        WHERE a.recorded_at < s.expired_before
        HAVING count(*) > 0
    ) AS p
    UNION ALL
    SELECT
        'the seal is not the one that was noted',
        p_seal_id,
        NULL
    WHERE
        p_seal_id IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM audit_seals AS s WHERE s.id = p_seal_id AND s.hash = p_hash
        )
    ORDER BY 2, 1;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_audit_log(bigint, bytea) FROM public;

COMMENT ON FUNCTION check_audit_log(bigint, bytea) IS
'One row for each thing that is not as it was sealed: problem, number of the seal, and ids of the '
'rows that are missing, or one of which was changed. No row: nothing that was sealed was changed, '
'removed other than by retention, or put into another order. With the number and the hash of a '
'seal that was noted outside of the database it finds also a chain that was made anew. Rows that '
'are not sealed yet are not judged. Reads all of audit_log. For lms_auditor.';
