-- Grades and completion follow the attempts: of the enrollments whose results a statement changed.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/change_course_structure functions/complete_enrollments
-- depends: functions/find_enrollments
-- depends: functions/update_current_grades
CREATE OR REPLACE FUNCTION follow_assessment_attempts() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    v_learner_ids uuid[];
    v_assessment_ids uuid[];
    v_course_ids uuid[];
    v_enrollment_ids uuid[];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            SELECT array_agg(k.learner_id), array_agg(k.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM (
                SELECT DISTINCT n.learner_id, n.assessment_id
                FROM new_rows AS n
            ) AS k;
        WHEN 'DELETE' THEN
            SELECT array_agg(k.learner_id), array_agg(k.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM (SELECT DISTINCT o.learner_id, o.assessment_id FROM old_rows AS o) AS k;
        WHEN 'TRUNCATE' THEN
            PERFORM change_course_structure(ARRAY(SELECT cs.course_id FROM course_structure AS cs));
            UPDATE course_enrollments AS e SET
                measures_version = e.measures_version + 1,
                current_grade = NULL
            WHERE e.current_grade IS NOT NULL;
            RETURN NULL;
        ELSE
            SELECT array_agg(k.learner_id), array_agg(k.assessment_id)
            INTO v_learner_ids, v_assessment_ids
            FROM (
                SELECT DISTINCT changed.learner_id, changed.assessment_id
                FROM (
                    -- a row found once is old or new, a row found twice did not change;
                    -- without a join, whose plan for one row a session would keep for many
                    SELECT r.learner_id, r.assessment_id
                    FROM (
                        SELECT * FROM old_rows
                        UNION ALL
                        SELECT * FROM new_rows
                    ) AS r
                    GROUP BY
                        r.id, r.learner_id, r.assessment_id, r.percentage_score, r.score,
                        r.completion_status
                    HAVING count(*) = 1
                ) AS changed
            ) AS k;
    END CASE;
    IF v_learner_ids IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
    FROM (
        SELECT DISTINCT p.learner_id, a.course_id
        FROM unnest(v_learner_ids, v_assessment_ids) AS p (learner_id, assessment_id)
        INNER JOIN educational_assessments AS a ON p.assessment_id = a.id
    ) AS k;
    IF v_learner_ids IS NOT NULL THEN
        v_enrollment_ids := find_enrollments(v_learner_ids, v_course_ids);
    END IF;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_current_grades(v_enrollment_ids);
        UPDATE course_enrollments AS e SET completion_status = 'in_progress'
        WHERE TG_OP = 'INSERT' AND e.id = ANY(v_enrollment_ids) AND e.completion_status = 'enrolled';
        PERFORM complete_enrollments(v_learner_ids, v_course_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_assessment_attempts() FROM public;

COMMENT ON FUNCTION follow_assessment_attempts() IS
'Trigger: keeps current_grade of the enrollments whose attempts a statement changed, has those '
'with a first attempt in progress, and completes them, see complete_enrollments. Locks these '
'enrollments until the transaction ends.';
