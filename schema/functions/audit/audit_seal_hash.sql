-- What links a seal to the one before it, in one place for sealing and checking.
CREATE OR REPLACE FUNCTION audit_seal_hash(
    p_id bigint,
    p_sealed_at timestamptz,
    p_row_ids int8multirange,
    p_rows_hash bytea,
    p_expired_before timestamptz,
    p_previous_hash bytea
) RETURNS bytea
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- the time is printed by it
SET timezone = 'UTC'
AS $$
BEGIN
    RETURN sha256(
        convert_to(
            jsonb_build_array(
                p_id, p_sealed_at, p_row_ids::text,
                encode(p_rows_hash, 'hex'), p_expired_before,
                encode(p_previous_hash, 'hex')
            )::text,
            'UTF8'
        )
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION audit_seal_hash(
    bigint, timestamptz, int8multirange, bytea, timestamptz, bytea
) FROM public;

COMMENT ON FUNCTION audit_seal_hash(
    bigint, timestamptz, int8multirange, bytea, timestamptz, bytea
) IS
'SHA-256 over what a seal says and the hash of the one before it, NULL for the first.';
