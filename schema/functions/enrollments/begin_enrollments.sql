-- A learner who does something in a course has begun it. Events in a section begin it with their
-- progress row, events of the course alone with a call of this. All enrollments that the caller is
-- going to write are locked at once, in the order of their keys, so that nobody deadlocks.
-- A definer: called for writers of events, who may not change enrollments.
CREATE OR REPLACE FUNCTION begin_enrollments(
    p_learner_ids uuid[],
    p_course_ids uuid[],
    p_other_learner_ids uuid[] DEFAULT NULL,
    p_other_course_ids uuid[] DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
        INNER JOIN course_enrollments AS e
            ON k.learner_id = e.learner_id AND k.course_id = e.course_id
        WHERE e.completion_status = 'enrolled'
    ) THEN
        RETURN;
    END IF;
    PERFORM FROM course_enrollments AS e
    INNER JOIN unnest(
        p_learner_ids || p_other_learner_ids, p_course_ids || p_other_course_ids
    ) AS k (learner_id, course_id)
        ON e.learner_id = k.learner_id AND e.course_id = k.course_id
    ORDER BY e.learner_id, e.course_id
    FOR NO KEY UPDATE OF e;
    UPDATE course_enrollments AS e SET completion_status = 'in_progress'
    FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
    WHERE
        e.learner_id = k.learner_id
        AND e.course_id = k.course_id
        AND e.completion_status = 'enrolled';
END;
$$;

REVOKE EXECUTE ON FUNCTION begin_enrollments(uuid[], uuid[], uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION begin_enrollments(uuid[], uuid[], uuid[], uuid[]) IS
'Makes the enrollments of these pairs of learner and course, where enrolled, in progress. If there '
'is one, locks it and those of the other pairs, which the caller writes next, until the '
'transaction ends. Definer: called for writers of events, who may not change enrollments.';
