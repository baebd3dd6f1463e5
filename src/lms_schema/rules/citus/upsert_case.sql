-- An upsert has no CASE with an operand in DO UPDATE SET.
-- Citus sends it on wrongly. Write CASE WHEN x = 1, not CASE x WHEN 1.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS void
-- LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- BEGIN
--     INSERT INTO notes AS n (id, body) VALUES (1, '')
--     ON CONFLICT (id) DO UPDATE SET body = CASE n.body WHEN '' THEN 'none' ELSE excluded.body END;
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Write the comparison after WHEN.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
WHERE f.statement ~* '\mDO\s+UPDATE\M.*\mCASE\s+(?!WHEN\M)\w'
