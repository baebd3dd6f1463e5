-- Progress and attempts may be older than the enrollment: it starts with what they say, and so does
-- one that is given to another learner or course. The lock: see find_enrollments.
-- A definer, because the writer need not be able to read progress and attempts.
-- depends: functions/enrollment_lock_keys functions/update_current_grades
-- depends: functions/update_enrollment_progress
CREATE OR REPLACE FUNCTION follow_new_enrollments() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_learner_ids uuid [];
    v_enrollment_ids uuid [];
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        v_learner_ids := ARRAY[new.learner_id];
        v_enrollment_ids := ARRAY[new.id];
    ELSE
        SELECT array_agg(n.learner_id), array_agg(n.id) INTO v_learner_ids, v_enrollment_ids
        FROM new_rows AS n;
    END IF;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock_shared('course_enrollments'::regclass::oid::integer, k.key)
        FROM enrollment_lock_keys(v_learner_ids) AS k (key);

        PERFORM update_enrollment_progress(v_enrollment_ids);
        PERFORM update_current_grades(v_enrollment_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_new_enrollments() FROM public;

COMMENT ON FUNCTION follow_new_enrollments() IS
'Trigger: derives progress, time spent, last access and grade of enrollments that are new or were '
'given to another learner or course.';
