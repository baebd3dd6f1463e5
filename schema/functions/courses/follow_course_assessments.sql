-- Grades follow weights, and assessments that go or move to another course with their attempts.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/change_course_structure functions/mark_unenrolled
-- depends: functions/update_current_grades
CREATE OR REPLACE FUNCTION follow_course_assessments() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_ids uuid[];
    v_assessment_ids uuid[];
    v_moved_course_ids uuid[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        v_course_ids := ARRAY(SELECT DISTINCT o.course_id FROM old_rows AS o);
    ELSE
        v_course_ids := ARRAY(
            -- what stands there once is old or new; no join, which would miss a new id
            SELECT DISTINCT k.course_id
            FROM (
                SELECT r.course_id
                FROM (
                    SELECT o.id, o.course_id, o.weight_in_course FROM old_rows AS o
                    UNION ALL
                    SELECT n.id, n.course_id, n.weight_in_course FROM new_rows AS n
                ) AS r
                GROUP BY r.id, r.course_id, r.weight_in_course
                HAVING count(*) = 1
            ) AS k
        );
    END IF;
    IF v_course_ids = '{}' THEN
        RETURN NULL;
    END IF;
    PERFORM change_course_structure(v_course_ids);

    IF TG_OP = 'UPDATE' THEN
        -- An attempt that another transaction deletes meanwhile may still be in our snapshot: both
        -- write the row of its learner in the course that the assessment leaves. In the one that it
        -- comes to, the row says that there are attempts, see follow_course_enrollments.
        SELECT array_agg(k.id), array_agg(k.course_id) INTO v_assessment_ids, v_moved_course_ids
        FROM (
            SELECT r.id, r.course_id
            FROM (
                SELECT o.id, o.course_id FROM old_rows AS o
                UNION ALL
                SELECT n.id, n.course_id FROM new_rows AS n
            ) AS r
            GROUP BY r.id, r.course_id
            HAVING count(*) = 1
        ) AS k;
        PERFORM mark_unenrolled(array_agg(k.learner_id), array_agg(k.course_id))
        FROM (
            SELECT DISTINCT t.learner_id, m.course_id
            FROM unnest(v_assessment_ids, v_moved_course_ids) AS m (assessment_id, course_id)
            INNER JOIN assessment_attempts AS t ON m.assessment_id = t.assessment_id
        ) AS k
        HAVING count(*) > 0;
    END IF;

    PERFORM update_current_grades(
        ARRAY(SELECT e.id FROM course_enrollments AS e WHERE e.course_id = ANY(v_course_ids))
    );
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_assessments() FROM public;

COMMENT ON FUNCTION follow_course_assessments() IS
'Trigger: keeps current_grade of the enrollments of a course when the weight of one of its '
'assessments changes, or one is removed or moved to another course.';
