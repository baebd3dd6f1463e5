-- No function asks how far transactions are.
-- Rows can move to another server, where the answer is another. Decide by rows.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS xid8 PARALLEL SAFE RETURN pg_current_xact_id();
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Decide by rows, not by marks.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
WHERE
    f.prokind = 'f'
    AND pg_get_functiondef(f.oid) ~ (
        '\m(txid_\w+|pg_\w*(xact_id|snapshot|wal_lsn)\w*)\M'
    )
