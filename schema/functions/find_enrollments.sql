-- The enrollments that triggers must derive anew. One that another transaction is adding cannot be
-- seen, so its learner is locked in its place, as follow_new_enrollments does: whichever of the two
-- comes second then sees what the other wrote.
CREATE OR REPLACE FUNCTION find_enrollments(
    p_learner_ids uuid[],
    p_course_ids uuid[]
) RETURNS uuid[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_enrollment_ids uuid [];
    v_unenrolled_ids uuid [];
BEGIN
    SELECT
        array_agg(e.id) FILTER (WHERE e.id IS NOT NULL),
        array_agg(k.learner_id) FILTER (WHERE e.id IS NULL)
    INTO v_enrollment_ids, v_unenrolled_ids
    FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
    LEFT JOIN course_enrollments AS e USING (learner_id, course_id);

    IF v_unenrolled_ids IS NOT NULL THEN
        PERFORM FROM learners AS l
        WHERE l.id = ANY(v_unenrolled_ids)
        ORDER BY l.id
        FOR NO KEY UPDATE;

        SELECT array_agg(e.id) INTO v_enrollment_ids
        FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
        INNER JOIN course_enrollments AS e USING (learner_id, course_id);
    END IF;
    RETURN v_enrollment_ids;
END;
$$;

REVOKE EXECUTE ON FUNCTION find_enrollments(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION find_enrollments(uuid[], uuid[]) IS
'Ids of the enrollments of these pairs of learner and course, NULL for none. Locks the learner of '
'a pair that is not enrolled until the transaction ends. Definer: called by triggers for writers '
'who may not read enrollments.';
