-- A function with parameters that reads a table is in PL/pgSQL.
-- An SQL function is inlined into the query that calls it, and Citus then sends the tables of both
-- on, with parameters that the other node does not have.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one(p_id bigint) RETURNS text
-- LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT
-- AS 'SELECT n.body FROM notes AS n WHERE n.id = p_id';
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one(bigint) IS 'One.';
SELECT
    f.name,
    format('Write it in PL/pgSQL: it reads %s.', string_agg(t.name, ', ' ORDER BY t.name)),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_code AS f
INNER JOIN our_table AS t ON f.body ~* t.is_used
WHERE f.language = 'sql' AND f.pronargs > 0
GROUP BY f.oid, f.name
