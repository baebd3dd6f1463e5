-- Assessments that a learner may attempt.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_current_courses
CREATE OR REPLACE FUNCTION session_assessments() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT a.id
        FROM educational_assessments AS a
        WHERE a.course_id = ANY((SELECT session_current_courses())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_assessments() FROM public;

COMMENT ON FUNCTION session_assessments() IS
'Assessments of the courses in which the person behind the session is enrolled and has not '
'withdrawn. For policies: called once a statement.';
