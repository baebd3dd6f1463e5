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
    v_person_id uuid;
BEGIN
    -- after a transaction that set them locally, settings are not NULL but empty
    IF current_setting('lms.token', TRUE) <> '' THEN
        SELECT s.person_id INTO v_person_id
        FROM access_sessions AS s
        WHERE
            s.token_hash = sha256(convert_to(current_setting('lms.token', TRUE), 'UTF8'))
            AND s.expires_at > clock_timestamp();
    ELSIF current_setting('request.jwt.claims', TRUE) <> '' THEN
        SELECT current_setting('request.jwt.claims', TRUE)::jsonb ->> 'sub' INTO v_person_id
        WHERE (SELECT bool_and(s.identity_source = 'jwt_claims') FROM access_settings AS s);
    END IF;
    RETURN v_person_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION session_person() FROM public;

COMMENT ON FUNCTION session_person() IS
'Person behind the session whose token is in the setting lms.token, while it lasts; without a '
'token, and where identity_source of access_settings is jwt_claims, sub of request.jwt.claims; '
'else NULL. Raises 22P02 for claims that are not JSON, and for a sub that is not a UUID.';
