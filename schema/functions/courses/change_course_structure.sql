-- Writes the structure of courses and each of their enrollments, also where no value changes: a row
-- that is only locked is no conflict for the snapshot of a REPEATABLE READ transaction.
-- depends: functions/lock_course_structure functions/mean_section_progress
CREATE OR REPLACE FUNCTION change_course_structure(p_course_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    PERFORM lock_course_structure(p_course_ids);

    UPDATE course_structure AS cs SET
        version = cs.version + 1,
        sections = (SELECT count(*) FROM learning_sections AS s WHERE s.course_id = cs.course_id)
    WHERE cs.course_id = ANY(p_course_ids);

    UPDATE course_enrollments AS e SET
        measures_version = e.measures_version + 1,
        section_count = cs.sections,
        overall_progress = coalesce(
            mean_section_progress(e.progress_sum, cs.sections), e.overall_progress
        )
    FROM course_structure AS cs
    WHERE cs.course_id = ANY(p_course_ids) AND e.course_id = cs.course_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION change_course_structure(uuid[]) FROM public;

COMMENT ON FUNCTION change_course_structure(uuid[]) IS
'Counts the sections of these courses anew, and brings overall_progress of their enrollments up to '
'that. Each course gets a new version, which reaches learner_courses by the foreign key. Definer: '
'called by triggers for writers who may not change enrollments. Locks: see lock_course_structure.';
