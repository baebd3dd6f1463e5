-- Who is written down in the audit log. A persona changes nothing without a session, so that one is
-- missing when the log is written means that the statement itself took the token away. A login that
-- can take a persona counts as one: the statement can have given the role back, too.
-- depends: functions/caller_role functions/session_person
CREATE OR REPLACE FUNCTION audit_person() RETURNS uuid
LANGUAGE plpgsql
STABLE PARALLEL RESTRICTED
SET search_path FROM CURRENT
AS $$
DECLARE
    v_person_id CONSTANT uuid := session_person();
    v_role name;
BEGIN
    IF v_person_id IS NOT NULL THEN
        RETURN v_person_id;
    END IF;
    v_role := caller_role();
    -- current_user is the owner: a definer calls this
    IF NOT pg_has_role(v_role, current_user, 'USAGE')
        AND NOT pg_has_role(v_role, 'lms_service', 'USAGE')
        AND (
            pg_has_role(v_role, 'lms_registrar', 'MEMBER')
            OR pg_has_role(v_role, 'lms_instructor', 'MEMBER')
            OR pg_has_role(v_role, 'lms_learner', 'MEMBER')
        )
    THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('no session: nobody to write into audit_log for role %I', v_role),
            HINT = 'Set lms.token to the token of a session that has not ended, and leave it set '
                'until the statement has ended.';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION audit_person() FROM public;

COMMENT ON FUNCTION audit_person() IS
'Person behind the session, for audit_log; NULL where a backend or the owner acts without one. '
'Raises 42501 for a role that is or can become a persona, without a session.';
