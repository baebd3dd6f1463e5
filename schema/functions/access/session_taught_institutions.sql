-- Institutions that an instructor teaches for.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_taught_courses
CREATE OR REPLACE FUNCTION session_taught_institutions() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT c.institution_id
        FROM educational_courses AS c
        WHERE
            c.id = ANY((SELECT session_taught_courses())::uuid[])
            AND c.institution_id IS NOT NULL
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_taught_institutions() FROM public;

COMMENT ON FUNCTION session_taught_institutions() IS
'Institutions of the courses that the person behind the session teaches. For policies: called '
'once a statement.';
