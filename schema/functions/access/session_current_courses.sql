-- Courses in which a learner may act: who left reads on, and writes nothing.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_current_courses() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT e.course_id
        FROM course_enrollments AS e
        WHERE e.learner_id = (SELECT session_person()) AND e.completion_status <> 'withdrawn'
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_current_courses() FROM public;

COMMENT ON FUNCTION session_current_courses() IS
'Courses in which the person behind the session is enrolled and has not withdrawn. For policies: '
'called once a statement.';
