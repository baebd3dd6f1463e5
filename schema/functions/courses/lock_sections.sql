-- Events and progress start from their sections: these neither go nor move to another course until
-- the transaction ends. In the order of their keys, so that nobody deadlocks.
-- A definer: the lock would ask the writer of an event for the right to change sections.
CREATE OR REPLACE FUNCTION lock_sections(p_section_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM FROM learning_sections AS s
    WHERE s.id = ANY(p_section_ids)
    ORDER BY s.id
    FOR KEY SHARE;
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_sections(uuid[]) FROM public;

COMMENT ON FUNCTION lock_sections(uuid[]) IS
'Share-locks the keys of these sections until the transaction ends. Definer: called for writers of '
'events, who may not change sections.';
