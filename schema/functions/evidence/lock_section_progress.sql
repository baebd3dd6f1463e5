-- The progress rows that evidence is counted in: made where they are missing, as by the first event
-- of a learner, and locked in the order in which everybody locks them. Not for a learner or section
-- that is going.
-- A definer: called by triggers for writers who may not write progress.
CREATE OR REPLACE FUNCTION lock_section_progress(
    p_learner_ids uuid[],
    p_section_ids uuid[],
    p_is_wanted boolean[]
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    v_new record;
BEGIN
    SELECT
        array_agg(k.learner_id) AS learner_ids,
        array_agg(k.section_id) AS section_ids,
        array_agg(s.course_id) AS course_ids
    INTO v_new
    FROM unnest(p_learner_ids, p_section_ids, p_is_wanted) AS k (learner_id, section_id, is_wanted)
    INNER JOIN learners AS l ON k.learner_id = l.id
    INNER JOIN learning_sections AS s ON k.section_id = s.id
    WHERE
        k.is_wanted
        AND NOT EXISTS (
            SELECT FROM section_progress AS sp
            WHERE sp.learner_id = k.learner_id AND sp.section_id = k.section_id
        );
    IF v_new.learner_ids IS NOT NULL THEN
        SET LOCAL plan_cache_mode = auto; -- Citus has no generic plan for INSERT ... SELECT
        INSERT INTO section_progress (learner_id, section_id, course_id, status)
        SELECT k.learner_id, k.section_id, k.course_id, 'in_progress'
        FROM unnest(v_new.learner_ids, v_new.section_ids, v_new.course_ids)
            AS k (learner_id, section_id, course_id)
        ORDER BY k.learner_id, k.section_id
        ON CONFLICT (learner_id, section_id) DO NOTHING;
        SET LOCAL plan_cache_mode = force_generic_plan;
    END IF;
    PERFORM FROM unnest(p_learner_ids, p_section_ids) AS k (learner_id, section_id)
    INNER JOIN section_progress AS sp
        ON k.learner_id = sp.learner_id AND k.section_id = sp.section_id
    ORDER BY sp.learner_id, sp.section_id
    FOR NO KEY UPDATE OF sp;
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_section_progress(uuid[], uuid[], boolean[]) FROM public;

COMMENT ON FUNCTION lock_section_progress(uuid[], uuid[], boolean[]) IS
'For distinct pairs of learner and section: makes the progress rows that are wanted and missing, '
'in progress, and locks the rows, until the transaction ends. Definer: called by triggers for '
'writers who may not write progress.';
