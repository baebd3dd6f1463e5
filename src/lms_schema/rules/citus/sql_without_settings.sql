-- An SQL function that reads a table has a SET clause.
-- Without one it is inlined into the query that calls it, and Citus then sends the tables of both
-- on as if they were of one query.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
-- AS 'SELECT n.body FROM notes AS n';
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    format(
        'Add SET search_path FROM CURRENT: it reads %s.', string_agg(t.name, ', ' ORDER BY t.name)
    ),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_code AS f
INNER JOIN our_table AS t ON f.body ~* t.is_used
WHERE f.language = 'sql' AND f.pronargs = 0 AND f.proconfig IS NULL
GROUP BY f.oid, f.name
