-- Institutions of the wards of a guardian.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_wards
CREATE OR REPLACE FUNCTION session_ward_institutions() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT l.institution_id
        FROM learners AS l
        WHERE
            l.id = ANY((SELECT session_wards())::uuid[])
            AND l.institution_id IS NOT NULL
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_ward_institutions() FROM public;

COMMENT ON FUNCTION session_ward_institutions() IS
'Institutions of the wards of the person behind the session. For policies: called once a '
'statement.';
