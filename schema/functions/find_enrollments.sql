-- The enrollments that triggers must derive anew. One that another transaction is adding cannot be
-- seen; an advisory lock that follow_new_enrollments shares makes one of the two wait and then see
-- what the other wrote. Not a lock of the learner's row: its other writers would wait, too.
-- depends: functions/enrollment_lock_keys
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
        PERFORM pg_advisory_xact_lock('course_enrollments'::regclass::oid::integer, k.key)
        FROM enrollment_lock_keys(v_unenrolled_ids) AS k (key);

        SELECT array_agg(e.id) INTO v_enrollment_ids
        FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
        INNER JOIN course_enrollments AS e USING (learner_id, course_id);
    END IF;
    RETURN v_enrollment_ids;
END;
$$;

REVOKE EXECUTE ON FUNCTION find_enrollments(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION find_enrollments(uuid[], uuid[]) IS
'Ids of the enrollments of these pairs of learner and course, NULL for none. A learner who is not '
'enrolled cannot be enrolled by others until the transaction ends. Definer: called by triggers for '
'writers who may not read enrollments.';
