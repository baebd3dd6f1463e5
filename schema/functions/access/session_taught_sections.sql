-- The history of progress names the section, not the course.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_taught_courses
CREATE OR REPLACE FUNCTION session_taught_sections() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT s.id
        FROM learning_sections AS s
        WHERE s.course_id = ANY((SELECT session_taught_courses())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_taught_sections() FROM public;

COMMENT ON FUNCTION session_taught_sections() IS
'Sections of the courses that the person behind the session teaches. For policies: called once '
'a statement.';
