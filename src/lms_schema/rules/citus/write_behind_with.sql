-- No INSERT, UPDATE or DELETE stands at the top behind a WITH that writes.
-- Citus cannot send it on. Make it the last part of the WITH, behind which a SELECT stands.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS void
-- LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = auto AS $$
-- BEGIN
--     WITH gone AS (DELETE FROM notes RETURNING id)
--     UPDATE notes AS n SET body = '' FROM gone AS g WHERE n.id = g.id + 1;
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Make that statement a part of the WITH, and select from it.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
WHERE
    f.top ~* '\mWITH\M'
    AND f.top ~* '\m(INSERT\s+INTO|UPDATE\s+\w+|DELETE\s+FROM)\M'
    AND f.statement ~* '[(]\s*(INSERT|UPDATE|DELETE)\M'
