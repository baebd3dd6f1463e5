-- The enrollments that triggers must derive anew, locked in the order of their keys. One that
-- another transaction is adding cannot be seen: where there is none, the row that enrolling writes
-- is written before a second look.
-- depends: functions/mark_unenrolled
CREATE OR REPLACE FUNCTION find_enrollments(
    p_learner_ids uuid[],
    p_course_ids uuid[]
) RETURNS uuid[]
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    v_found record;
BEGIN
    FOR v_look IN 1..2 LOOP
        SELECT
            array_agg(l.id) AS ids,
            array_agg(l.learner_id) AS learner_ids,
            array_agg(l.course_id) AS course_ids
        INTO v_found
        FROM (
            SELECT e.id, e.learner_id, e.course_id
            FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND k.course_id = e.course_id
            ORDER BY e.learner_id, e.course_id
            FOR NO KEY UPDATE OF e
        ) AS l;
        EXIT WHEN v_look = 2 OR cardinality(v_found.ids) = cardinality(p_learner_ids);

        PERFORM mark_unenrolled(array_agg(k.learner_id), array_agg(k.course_id))
        FROM (
            SELECT a.* FROM unnest(p_learner_ids, p_course_ids) AS a
            EXCEPT
            SELECT f.* FROM unnest(v_found.learner_ids, v_found.course_ids) AS f
        ) AS k (learner_id, course_id);
    END LOOP;
    RETURN v_found.ids;
END;
$$;

REVOKE EXECUTE ON FUNCTION find_enrollments(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION find_enrollments(uuid[], uuid[]) IS
'Ids of the enrollments of these pairs of learner and course, which must be distinct; NULL for '
'none. Locks them until the transaction ends; for a learner who is not enrolled, see '
'mark_unenrolled. Definer: called by triggers for writers who may not read enrollments.';
