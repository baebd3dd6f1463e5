-- Grades follow the attempts: one update for a statement, of the enrollments whose results it
-- changed.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/find_enrollments functions/update_current_grades
CREATE OR REPLACE FUNCTION follow_assessment_attempts() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_learner_ids uuid [];
    v_course_ids uuid [];
    v_enrollment_ids uuid [];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
            FROM (
                SELECT DISTINCT
                    n.learner_id,
                    a.course_id
                FROM new_rows AS n
                INNER JOIN educational_assessments AS a ON n.assessment_id = a.id
                WHERE n.completion_status IN ('graded', 'reviewed')
            ) AS k;
        WHEN 'DELETE' THEN
            SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
            FROM (
                SELECT DISTINCT
                    o.learner_id,
                    a.course_id
                FROM old_rows AS o
                INNER JOIN educational_assessments AS a ON o.assessment_id = a.id
            ) AS k;
        ELSE
            SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
            FROM (
                SELECT DISTINCT
                    c.learner_id,
                    a.course_id
                FROM new_rows AS n
                INNER JOIN old_rows AS o ON n.id = o.id
                CROSS JOIN LATERAL (
                    VALUES (n.learner_id, n.assessment_id), (o.learner_id, o.assessment_id)
                ) AS c (learner_id, assessment_id)
                INNER JOIN educational_assessments AS a ON c.assessment_id = a.id
                WHERE
                    (
                        n.learner_id, n.assessment_id, n.percentage_score, n.score,
                        n.completion_status
                    ) IS DISTINCT FROM (
                        o.learner_id, o.assessment_id, o.percentage_score, o.score,
                        o.completion_status
                    )
            ) AS k;
    END CASE;
    IF v_learner_ids IS NOT NULL THEN
        v_enrollment_ids := find_enrollments(v_learner_ids, v_course_ids);
    END IF;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_current_grades(v_enrollment_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_assessment_attempts() FROM public;

COMMENT ON FUNCTION follow_assessment_attempts() IS
'Trigger: keeps current_grade of the enrollments whose attempts a statement changed. Locks these '
'enrollments until the transaction ends.';
