-- The institution of a learner.
-- A definer: a policy that asks a table with policies of its own would have these run, too.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_own_institution() RETURNS uuid
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN (SELECT l.institution_id FROM learners AS l WHERE l.id = (SELECT session_person()));
END;
$$;

REVOKE EXECUTE ON FUNCTION session_own_institution() FROM public;

COMMENT ON FUNCTION session_own_institution() IS
'Institution of the learner behind the session; NULL: none. For policies: called once a statement.';
