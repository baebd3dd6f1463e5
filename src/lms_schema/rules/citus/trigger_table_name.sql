-- No trigger decides by TG_TABLE_NAME.
-- On Citus it is the name of a shard, such as notes_102008, and no error says so. Give the trigger
-- an argument.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one() RETURNS trigger
-- LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
-- BEGIN
--     IF TG_TABLE_NAME = 'notes' THEN
--         RETURN new;
--     END IF;
--     RETURN NULL;
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one() FROM public;
-- COMMENT ON FUNCTION one() IS 'One.';
SELECT
    f.name,
    'Decide by an argument, TG_ARGV[0].',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_code AS f
WHERE
    f.body ~* '\mTG_(TABLE_NAME|RELNAME)\s*(::\s*\w+\s*)?(=|<>|!=|~|\m(IN|NOT|LIKE|WHEN)\M)'
    OR f.body ~* '(''\s*(=|<>|!=)|\mCASE)\s*TG_(TABLE_NAME|RELNAME)\M'
