-- Every function with a string body pins its search path.
-- Else the caller's path decides which table of that name it reads, and a temporary table can
-- stand in. A body of SQL's own form is bound when it is made.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- AS 'SELECT 1';
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Add SET search_path FROM CURRENT.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
WHERE
    f.prosqlbody IS NULL
    AND NOT EXISTS (
        SELECT FROM unnest(f.proconfig) AS s (setting)
        WHERE starts_with(s.setting, 'search_path=')
    )
