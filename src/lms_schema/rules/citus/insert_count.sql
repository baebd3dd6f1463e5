-- What INSERT ... SELECT ... ON CONFLICT wrote is not asked of ROW_COUNT or FOUND.
-- On Citus they count the rows of the SELECT, and no error says so. Count what the INSERT returns.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS bigint
-- LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- DECLARE
--     v_written bigint;
-- BEGIN
--     INSERT INTO notes (id) SELECT k.id FROM generate_series(1, 9) AS k (id)
--     ON CONFLICT DO NOTHING;
--     GET DIAGNOSTICS v_written = ROW_COUNT;
--     RETURN v_written;
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Put the INSERT in a WITH, and count what it returns.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
INNER JOIN our_statement AS n ON f.oid = n.oid AND f.number + 1 = n.number
WHERE
    f.top ~* '\mINSERT\s+INTO\M.*\mSELECT\M.*\mON\s+CONFLICT\M'
    AND n.statement ~* '\m(ROW_COUNT|FOUND)\M'
