-- Which institutions a registrar works in. Authority that ran out counts no more.
-- A definer, because who administers what decides what the caller may read.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_institutions() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT s.institution_id
        FROM institution_staff AS s
        WHERE
            s.person_id = (SELECT session_person())
            AND coalesce(s.valid_until > now(), TRUE)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_institutions() FROM public;

COMMENT ON FUNCTION session_institutions() IS
'Institutions that the person behind the session administers now. For policies: called once a '
'statement.';
