-- For pairs of learner and course that seem to have no enrollment: writes the row that enrolling
-- writes, too, in the order of the keys. Not for a learner or course that is being deleted, whose
-- progress goes along.
CREATE OR REPLACE FUNCTION mark_unenrolled(
    p_learner_ids uuid[],
    p_course_ids uuid[]
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO p_learner_ids, p_course_ids
    FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
    WHERE
        EXISTS (SELECT FROM learners AS l WHERE l.id = k.learner_id)
        AND EXISTS (SELECT FROM educational_courses AS c WHERE c.id = k.course_id);

    SET LOCAL plan_cache_mode = auto; -- Citus has no generic plan for INSERT ... SELECT
    INSERT INTO learner_courses AS lc (learner_id, course_id)
    SELECT k.learner_id, k.course_id
    FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
    ORDER BY k.learner_id, k.course_id
    ON CONFLICT (learner_id, course_id) DO UPDATE SET changes = lc.changes + 1;
END;
$$;

REVOKE EXECUTE ON FUNCTION mark_unenrolled(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION mark_unenrolled(uuid[], uuid[]) IS
'Writes learner_courses for these pairs of learner and course: of this transaction and one that '
'enrolls the learner, one waits for the other or, at REPEATABLE READ, gets 40001. Definer: called '
'by triggers for writers who may not write the table.';
