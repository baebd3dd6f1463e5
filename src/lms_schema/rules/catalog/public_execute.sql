-- No function may be executed by PUBLIC.
-- PostgreSQL grants that to everybody by itself. What an application may call is granted in
-- security/.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS integer IMMUTABLE PARALLEL SAFE RETURN 1;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC;', f.name),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
WHERE EXISTS (
    SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
    WHERE a.grantee = 0
)
