-- Grades follow the attempts: one update for a statement, of the enrollments whose results it
-- changed. Definer: the writer need not be able to read or change enrollments.
CREATE OR REPLACE FUNCTION follow_assessment_attempts() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_enrollment_ids uuid [];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg(DISTINCT e.id) INTO v_enrollment_ids
            FROM (SELECT DISTINCT n.learner_id, n.assessment_id FROM new_rows AS n) AS k
            INNER JOIN educational_assessments AS a ON k.assessment_id = a.id
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND a.course_id = e.course_id;
        WHEN 'DELETE' THEN
            SELECT array_agg(DISTINCT e.id) INTO v_enrollment_ids
            FROM (SELECT DISTINCT o.learner_id, o.assessment_id FROM old_rows AS o) AS k
            INNER JOIN educational_assessments AS a ON k.assessment_id = a.id
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND a.course_id = e.course_id;
        ELSE
            SELECT array_agg(DISTINCT e.id) INTO v_enrollment_ids
            FROM new_rows AS n
            INNER JOIN old_rows AS o ON n.id = o.id
            CROSS JOIN LATERAL (
                VALUES (n.learner_id, n.assessment_id), (o.learner_id, o.assessment_id)
            ) AS k (learner_id, assessment_id)
            INNER JOIN educational_assessments AS a ON k.assessment_id = a.id
            INNER JOIN course_enrollments AS e
                ON k.learner_id = e.learner_id AND a.course_id = e.course_id
            WHERE
                (
                    n.learner_id, n.assessment_id, n.percentage_score, n.score, n.completion_status
                ) IS DISTINCT FROM (
                    o.learner_id, o.assessment_id, o.percentage_score, o.score, o.completion_status
                );
    END CASE;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_current_grades(v_enrollment_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_assessment_attempts() FROM public;

COMMENT ON FUNCTION follow_assessment_attempts() IS
'Trigger: keeps current_grade of the enrollments whose attempts a statement changed.';
