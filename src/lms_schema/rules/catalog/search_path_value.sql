-- A pinned search path is the schema, then pg_temp.
-- With $user it is another path for each role; without pg_temp at its end, PostgreSQL looks
-- there first.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- SET search_path = "$user", lms AS 'SELECT 1';
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Write SET search_path FROM CURRENT.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY['search_path']
FROM our_function AS f
WHERE EXISTS (
    SELECT FROM unnest(f.proconfig) AS s (setting)
    WHERE
        starts_with(s.setting, 'search_path=')
        AND replace(s.setting, '"', '') <> 'search_path=' || current_schema() || ', pg_temp'
)
