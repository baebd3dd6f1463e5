-- Progress and attempts may be older than the enrollment: it starts with what they say.
CREATE OR REPLACE FUNCTION follow_new_enrollments() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_enrollment_ids uuid [];
BEGIN
    SELECT array_agg(n.id) INTO v_enrollment_ids FROM new_rows AS n;
    IF v_enrollment_ids IS NOT NULL THEN
        PERFORM update_enrollment_progress(v_enrollment_ids);
        PERFORM update_current_grades(v_enrollment_ids);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_new_enrollments() FROM public;

COMMENT ON FUNCTION follow_new_enrollments() IS
'Trigger: derives progress, time spent, last access and grade of new enrollments. Definer: the '
'writer need not be able to read progress and attempts.';
