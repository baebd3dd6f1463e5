-- Whom an instructor knows.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_taught_courses
CREATE OR REPLACE FUNCTION session_roster() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT e.learner_id
        FROM course_enrollments AS e
        WHERE e.course_id = ANY((SELECT session_taught_courses())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_roster() FROM public;

COMMENT ON FUNCTION session_roster() IS
'Learners enrolled in courses that the person behind the session teaches, whatever the status. '
'For policies: called once a statement.';
