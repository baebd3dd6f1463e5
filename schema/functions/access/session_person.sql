-- Who asks. Everything that row security lets through rests on this answer: no session, no person,
-- no row. The token is a secret, so that whoever can run SQL of their own still is nobody else.
-- A definer, because nobody reads access_sessions.
CREATE OR REPLACE FUNCTION session_person() RETURNS uuid
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    -- after a transaction that set them locally, settings are not NULL but empty
    v_token text := nullif(current_setting('lms.token', TRUE), '');
    v_claims text := nullif(current_setting('request.jwt.claims', TRUE), '');
    v_person_id uuid;
BEGIN
    IF v_token IS NOT NULL THEN
        SELECT s.person_id INTO v_person_id
        FROM access_sessions AS s
        WHERE
            s.token_hash = sha256(convert_to(v_token, 'UTF8'))
            AND s.expires_at > clock_timestamp();
    ELSIF v_claims IS NOT NULL
        AND (SELECT bool_and(s.identity_source = 'jwt_claims') FROM access_settings AS s)
    THEN
        v_person_id := v_claims::jsonb ->> 'sub';
    END IF;
    RETURN v_person_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION session_person() FROM public;

COMMENT ON FUNCTION session_person() IS
'Person behind the session whose token is in the setting lms.token, while it lasts; without a '
'token, and where identity_source of access_settings is jwt_claims, sub of request.jwt.claims; '
'else NULL. Raises 22P02 for claims that are not JSON, and for a sub that is not a UUID.';
