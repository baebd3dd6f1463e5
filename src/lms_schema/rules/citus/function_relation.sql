-- No function records a dependency on a table.
-- Citus makes what a table depends on first, and a trigger's table depends on its function: in a
-- circle. A body of SQL's own form records what it reads, a string does not.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
-- BEGIN ATOMIC
--     SELECT count(*) FROM notes;
-- END;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    format(
        'Make its body, which names %s, a string.',
        string_agg(DISTINCT d.refobjid::regclass::text, ', ')
    ),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
INNER JOIN pg_depend AS d
    ON
        d.classid = 'pg_proc'::regclass
        AND f.oid = d.objid
        AND d.refclassid = 'pg_class'::regclass
GROUP BY f.oid, f.name
