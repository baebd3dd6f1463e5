-- Learners that a registrar administers.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_institutions
CREATE OR REPLACE FUNCTION session_institution_learners() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT l.id
        FROM learners AS l
        WHERE l.institution_id = ANY((SELECT session_institutions())::uuid[])
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_institution_learners() FROM public;

COMMENT ON FUNCTION session_institution_learners() IS
'Learners of the institutions that the person behind the session administers. For policies: '
'called once a statement.';
