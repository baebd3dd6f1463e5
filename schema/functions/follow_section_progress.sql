-- Enrollments follow the progress of their sections: one update for a statement, of the enrollments
-- whose measures it changed.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/find_enrollments functions/update_enrollment_progress
CREATE OR REPLACE FUNCTION follow_section_progress() RETURNS trigger
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
            FROM (SELECT DISTINCT n.learner_id, n.course_id FROM new_rows AS n) AS k;
        WHEN 'DELETE' THEN
            SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
            FROM (SELECT DISTINCT o.learner_id, o.course_id FROM old_rows AS o) AS k;
        ELSE
            SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
            FROM (
                SELECT DISTINCT
                    changed.learner_id,
                    changed.course_id
                FROM (
                    -- what stands there once is old or new, what stands there twice did not change;
                    -- without a join, whose plan for one row a session would keep for many
                    SELECT
                        r.learner_id,
                        r.course_id
                    FROM (
                        SELECT * FROM old_rows
                        UNION ALL
                        SELECT * FROM new_rows
                    ) AS r
                    GROUP BY
                        r.id, r.learner_id, r.course_id, r.completion_percentage,
                        r.total_time_spent, r.last_accessed
                    HAVING count(*) = 1
                ) AS changed
            ) AS k;
    END CASE;
    IF v_learner_ids IS NOT NULL THEN
        v_enrollment_ids := find_enrollments(v_learner_ids, v_course_ids);
    END IF;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_enrollment_progress(v_enrollment_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_section_progress() FROM public;

COMMENT ON FUNCTION follow_section_progress() IS
'Trigger: keeps overall_progress, total_time_spent and last_accessed of the enrollments whose '
'section progress a statement changed. Locks these enrollments until the transaction ends.';
