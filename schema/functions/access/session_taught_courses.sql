-- Whose courses an instructor works in. Authority that ran out counts no more.
-- A definer, because who teaches where decides what the caller may read.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_taught_courses() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT s.course_id
        FROM course_staff AS s
        WHERE
            s.person_id = (SELECT session_person())
            AND coalesce(s.valid_until > now(), TRUE)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_taught_courses() FROM public;

COMMENT ON FUNCTION session_taught_courses() IS
'Courses that the person behind the session teaches now. For policies: called once a statement.';
