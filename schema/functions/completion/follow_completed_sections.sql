-- Enrollments are completed with the last section that was missing, where the course asks for it.
-- For new progress rows; follow_section_progress does it for changed ones.
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
    SELECT array_agg(k.learner_id), array_agg(k.course_id) INTO v_learner_ids, v_course_ids
    FROM (
        SELECT DISTINCT n.learner_id, n.course_id FROM new_rows AS n
        WHERE n.status IN ('completed', 'mastered')
    ) AS k;
    IF v_learner_ids IS NOT NULL THEN
        PERFORM complete_enrollments(v_learner_ids, v_course_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_completed_sections() FROM public;

COMMENT ON FUNCTION follow_completed_sections() IS
'Trigger: completes the enrollments whose last section new progress rows complete, see '
'complete_enrollments.';
