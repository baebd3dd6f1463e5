-- Completes what asks for it, by completion_rule of the course. The enrollments are locked before
-- progress is looked at, and written also where nothing changes: of two sessions that complete the
-- last two sections, one sees the other or, at REPEATABLE READ, gets 40001.
-- depends: functions/find_enrollments functions/is_module_completed
CREATE OR REPLACE FUNCTION complete_enrollments(
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
DECLARE
    v_ids uuid[];
BEGIN
    SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO p_learner_ids, p_course_ids
    FROM unnest(p_learner_ids, p_course_ids) AS k (learner_id, course_id)
    INNER JOIN educational_courses AS c ON k.course_id = c.id
    WHERE c.completion_rule = 'modules';
    IF p_learner_ids IS NULL THEN
        RETURN;
    END IF;

    v_ids := find_enrollments(p_learner_ids, p_course_ids);
    UPDATE course_enrollments AS e SET
        measures_version = e.measures_version + 1,
        completion_status = CASE
            WHEN
                e.completion_status IN ('enrolled', 'in_progress')
                AND (
                    SELECT bool_and(is_module_completed(e.learner_id, m.id))
                    FROM learning_modules AS m
                    WHERE
                        m.course_id = e.course_id
                        AND EXISTS (SELECT FROM learning_sections AS s WHERE s.module_id = m.id)
                )
                THEN 'completed'
            ELSE e.completion_status
        END
    WHERE e.id = ANY(v_ids);
END;
$$;

REVOKE EXECUTE ON FUNCTION complete_enrollments(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION complete_enrollments(uuid[], uuid[]) IS
'For distinct pairs of learner and course: completes the enrollment, if enrolled or in progress, '
'where completion_rule of the course is modules, it has a module with sections, and the learner '
'completed each of these. Locks the enrollments in such courses until the transaction ends. '
'Definer: called by triggers for writers who may not change enrollments.';
