-- A function that only reads states PARALLEL.
-- Unstated it is UNSAFE, and no query that calls it gets a parallel plan. SAFE is right where
-- nothing is written, no temporary table is read, and what it calls is SAFE; else RESTRICTED.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS integer IMMUTABLE RETURN 1;
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Add PARALLEL SAFE, or RESTRICTED.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
WHERE f.prokind = 'f' AND f.provolatile <> 'v' AND f.proparallel = 'u'
