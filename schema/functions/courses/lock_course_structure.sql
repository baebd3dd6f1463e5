-- The locks of who changes the structure of courses, in the order in which everybody takes them:
-- nobody enrolls from here on, and all enrollments are locked before the first is written.
CREATE OR REPLACE FUNCTION lock_course_structure(p_course_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM FROM course_structure AS cs
    WHERE cs.course_id = ANY(p_course_ids)
    ORDER BY cs.course_id
    FOR UPDATE;

    PERFORM FROM course_enrollments AS e
    WHERE e.course_id = ANY(p_course_ids)
    ORDER BY e.learner_id, e.course_id
    FOR NO KEY UPDATE;
END;
$$;

REVOKE EXECUTE ON FUNCTION lock_course_structure(uuid[]) FROM public;

COMMENT ON FUNCTION lock_course_structure(uuid[]) IS
'Locks these courses'' rows of course_structure, then their enrollments, until the transaction '
'ends. Definer: called by triggers for writers who may not change enrollments.';
