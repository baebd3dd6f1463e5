-- Courses that a learner takes or took.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_courses() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT e.course_id
        FROM course_enrollments AS e
        WHERE e.learner_id = (SELECT session_person())
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_courses() FROM public;

COMMENT ON FUNCTION session_courses() IS
'Courses in which the person behind the session is enrolled, whatever the status. For policies: '
'called once a statement.';
