-- Writes what derive_current_grades says. The rows are locked first, in the order of their ids:
-- whoever waited then sees what the other transaction committed, and nobody deadlocks.
CREATE OR REPLACE FUNCTION update_current_grades(p_enrollment_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM course_enrollments AS e
    WHERE e.id = ANY(p_enrollment_ids)
    ORDER BY e.id
    FOR NO KEY UPDATE;

    UPDATE course_enrollments AS e SET current_grade = d.current_grade
    FROM derive_current_grades(p_enrollment_ids) AS d
    WHERE e.id = d.enrollment_id AND e.current_grade IS DISTINCT FROM d.current_grade;
END;
$$;

REVOKE EXECUTE ON FUNCTION update_current_grades(uuid[]) FROM public;

COMMENT ON FUNCTION update_current_grades(uuid[]) IS
'Derives current_grade of these enrollments and writes the rows that differ. Definer: called by '
'triggers for writers who may not change enrollments.';
