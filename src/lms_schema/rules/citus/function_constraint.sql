-- No function records a dependency on a constraint.
-- Citus knows no such dependency and refuses the function. GROUP BY a primary key records one where
-- the SELECT shows other columns: name these, too.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
-- BEGIN ATOMIC
--     SELECT body FROM notes GROUP BY id;
-- END;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    format(
        'Name all columns in the GROUP BY that rests on %s.', string_agg(DISTINCT c.conname, ', ')
    ),
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_function AS f
INNER JOIN pg_depend AS d
    ON
        d.classid = 'pg_proc'::regclass
        AND f.oid = d.objid
        AND d.refclassid = 'pg_constraint'::regclass
INNER JOIN pg_constraint AS c ON d.refobjid = c.oid
GROUP BY f.oid, f.name
