-- Courses that the wards of a guardian take or took.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_wards
CREATE OR REPLACE FUNCTION session_ward_courses() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT e.course_id
        FROM course_enrollments AS e
        WHERE e.learner_id = ANY((SELECT session_wards())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_ward_courses() FROM public;

COMMENT ON FUNCTION session_ward_courses() IS
'Courses in which wards of the person behind the session are enrolled, whatever the status. For '
'policies: called once a statement.';
