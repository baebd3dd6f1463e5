-- Enrollments are completed with the last section that was missing, where the course asks for it.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/complete_enrollments
CREATE OR REPLACE FUNCTION follow_completed_sections() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_learner_ids uuid[];
    v_course_ids uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
        FROM (
            SELECT DISTINCT n.learner_id, n.course_id FROM new_rows AS n
            WHERE n.status IN ('completed', 'mastered')
        ) AS k;
    ELSE
        SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
        FROM (
            -- without a join, whose plan for one row a session would keep for many
            SELECT DISTINCT r.learner_id, r.course_id
            FROM (
                SELECT -1 AS sign, o.id, o.learner_id, o.course_id FROM old_rows AS o
                WHERE o.status IN ('completed', 'mastered')
                UNION ALL
                SELECT 1, n.id, n.learner_id, n.course_id FROM new_rows AS n
                WHERE n.status IN ('completed', 'mastered')
            ) AS r
            GROUP BY r.id, r.learner_id, r.course_id
            HAVING sum(r.sign) > 0
        ) AS k;
    END IF;
    IF v_learner_ids IS NOT NULL THEN
        PERFORM complete_enrollments(v_learner_ids, v_course_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_completed_sections() FROM public;

COMMENT ON FUNCTION follow_completed_sections() IS
'Trigger: completes the enrollments whose last section a statement completed, see '
'complete_enrollments.';
