-- The history of progress names the section, not the course.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_institution_courses
CREATE OR REPLACE FUNCTION session_institution_sections() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT s.id
        FROM learning_sections AS s
        WHERE s.course_id = ANY((SELECT session_institution_courses())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_institution_sections() FROM public;

COMMENT ON FUNCTION session_institution_sections() IS
'Sections of the institutions that the person behind the session administers. For policies: '
'called once a statement.';
