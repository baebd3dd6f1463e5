-- An upsert calls in DO UPDATE SET no function that is not immutable.
-- Citus refuses it, and elsewhere now() is that of another node. Give the value to the row that is
-- inserted, and take it from excluded.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS void
-- LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- BEGIN
--     INSERT INTO notes (id) VALUES (1)
--     ON CONFLICT (id) DO UPDATE SET body = now()::text;
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Insert the value, and take it from excluded.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_statement AS f
WHERE
    f.statement
    ~* '\mDO\s+UPDATE\M.*\m(now|\w+_timestamp|timeofday|random|gen_random_uuid|nextval)\s*[(]'
