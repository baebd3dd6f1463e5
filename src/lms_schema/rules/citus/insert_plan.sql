-- An INSERT ... SELECT in a function is not planned for all parameters at once.
-- Citus has no generic plan for it. Where a function, or one that calls it, asks for generic plans,
-- SET plan_cache_mode = auto for this statement; a trigger cannot know who fires it, and sets it
-- always.
-- Example (functions/one.sql):
-- CREATE OR REPLACE FUNCTION one(p_ids bigint[]) RETURNS void
-- LANGUAGE plpgsql SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
-- BEGIN
--     INSERT INTO notes (id) SELECT k.id FROM unnest(p_ids) AS k (id);
-- END;
-- $$;
-- REVOKE EXECUTE ON FUNCTION one FROM public;
-- COMMENT ON FUNCTION one(bigint[]) IS 'One.';
SELECT
    f.name,
    'SET plan_cache_mode = auto, for the function or before the statement.',
    'pg_proc'::regclass::bigint,
    f.oid::bigint,
    ARRAY[]::text[]
FROM our_code AS f
CROSS JOIN LATERAL (
    SELECT
        f.prorettype = 'trigger'::regtype AS is_trigger,
        coalesce(array_to_string(f.proconfig, ' '), '') AS settings
) AS s
WHERE
    f.body ~* '\mINSERT\s+INTO\s+\w+(\s+AS\s+\w+)?\s*([(][^()]*[)])?\s*SELECT\M'
    AND (
        (s.is_trigger AND s.settings !~ 'plan_cache_mode=')
        OR (
            s.settings ~ 'plan_cache_mode=force_generic_plan'
            AND f.body !~* '\mLOCAL\s+plan_cache_mode\s*(=|TO)\s*auto\M.*\mINSERT\s+INTO\M'
        )
    )
