-- Writes what derive_current_grades says, also where the grade stays: a row that is only locked is
-- no conflict for the snapshot of a REPEATABLE READ transaction. Whoever calls it has locked the
-- rows in the order of their keys, so that what others committed is seen, and nobody deadlocks.
-- depends: functions/derive_current_grades
CREATE OR REPLACE FUNCTION update_current_grades(p_enrollment_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    UPDATE course_enrollments AS e SET
        measures_version = e.measures_version + 1,
        current_grade = d.current_grade
    FROM derive_current_grades(p_enrollment_ids) AS d
    WHERE
        e.id = ANY(p_enrollment_ids) -- again: else all would be read to find those
        AND e.id = d.enrollment_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION update_current_grades(uuid[]) FROM public;

COMMENT ON FUNCTION update_current_grades(uuid[]) IS
'Derives current_grade of these enrollments and writes it. Definer: called by triggers for writers '
'who may not change enrollments.';
