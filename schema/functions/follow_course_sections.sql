-- Enrollments follow the sections of their course: more of them, fewer, or moved to another course.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/update_enrollment_progress
CREATE OR REPLACE FUNCTION follow_course_sections() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_ids uuid [];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg(DISTINCT n.course_id) INTO v_course_ids FROM new_rows AS n;
        WHEN 'DELETE' THEN
            SELECT array_agg(DISTINCT o.course_id) INTO v_course_ids FROM old_rows AS o;
        ELSE
            SELECT array_agg(DISTINCT c.course_id) INTO v_course_ids
            FROM new_rows AS n
            INNER JOIN old_rows AS o ON n.id = o.id
            CROSS JOIN LATERAL (VALUES (n.course_id), (o.course_id)) AS c (course_id)
            WHERE n.course_id <> o.course_id;
    END CASE;
    PERFORM update_enrollment_progress(e.ids)
    FROM (
        SELECT array_agg(e.id) AS ids
        FROM course_enrollments AS e
        WHERE e.course_id = ANY(v_course_ids)
    ) AS e
    WHERE e.ids IS NOT NULL;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_sections() FROM public;

COMMENT ON FUNCTION follow_course_sections() IS
'Trigger: keeps overall_progress of the enrollments of a course when its sections are added, '
'removed or moved to another course.';
