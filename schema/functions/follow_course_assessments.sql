-- Grades follow weights, and assessments that go or move to another course with their attempts.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/update_current_grades
CREATE OR REPLACE FUNCTION follow_course_assessments() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_ids uuid [];
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT o.course_id) INTO v_course_ids FROM old_rows AS o;
    ELSE
        SELECT array_agg(DISTINCT c.course_id) INTO v_course_ids
        FROM new_rows AS n
        INNER JOIN old_rows AS o ON n.id = o.id
        CROSS JOIN LATERAL (VALUES (n.course_id), (o.course_id)) AS c (course_id)
        WHERE
            (n.course_id, n.weight_in_course) IS DISTINCT FROM (o.course_id, o.weight_in_course);
    END IF;
    PERFORM update_current_grades(e.ids)
    FROM (
        SELECT array_agg(e.id) AS ids
        FROM course_enrollments AS e
        WHERE e.course_id = ANY(v_course_ids)
    ) AS e
    WHERE e.ids IS NOT NULL;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_assessments() FROM public;

COMMENT ON FUNCTION follow_course_assessments() IS
'Trigger: keeps current_grade of the enrollments of a course when the weight of one of its '
'assessments changes, or one is removed or moved to another course.';
