-- Whose records a guardian reads. A link that ran out counts no more.
-- A definer, because the links decide what the caller may read.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION session_wards() RETURNS uuid[]
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT g.learner_id
        FROM guardian_links AS g
        WHERE
            g.guardian_id = (SELECT session_person())
            AND coalesce(g.valid_until > now(), TRUE)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION session_wards() FROM public;

COMMENT ON FUNCTION session_wards() IS
'Learners whose guardian the person behind the session is now. For policies: called once a '
'statement.';
