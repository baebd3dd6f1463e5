-- What the application calls when a person has logged in. It makes the token, from a source of
-- secrets, and keeps it: the database keeps a hash.
-- A definer, because nobody writes access_sessions.
-- depends: functions/is_erased_learner
CREATE OR REPLACE FUNCTION open_session(
    p_token text,
    p_person_id uuid,
    p_ttl interval DEFAULT '8 hours',
    p_purpose text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    -- what is added to the time: compared as intervals, '1 year -359 days' is one day
    v_seconds CONSTANT numeric := extract(EPOCH FROM p_ttl);
BEGIN
    IF p_token IS NULL OR length(p_token) < 32 THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_token must have 32 characters or more',
            HINT = 'Make it of 32 random bytes; a token that can be guessed lets anybody in.';
    END IF;
    IF p_person_id IS NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = 'p_person_id must not be NULL';
    END IF;
    IF coalesce(v_seconds NOT BETWEEN 1 AND 86400, TRUE) THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'p_ttl must be 1 second to 24 hours, not %s', coalesce(p_ttl::text, 'NULL')
            );
    END IF;

    -- who is being erased is waited for, and is then nobody
    PERFORM FROM learners AS l WHERE l.id = p_person_id FOR KEY SHARE;
    IF is_erased_learner(p_person_id) THEN
        RAISE no_data_found USING MESSAGE = format('person %s was erased', p_person_id);
    END IF;
    -- so that the table does not grow with each login
    DELETE FROM access_sessions AS s WHERE s.person_id = p_person_id AND s.expires_at <= now();
    INSERT INTO access_sessions (token_hash, person_id, purpose, expires_at)
    VALUES (
        sha256(convert_to(p_token, 'UTF8')), p_person_id, p_purpose,
        -- seconds: a day can have 25 hours
        now() + make_interval(secs => v_seconds)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION open_session(text, uuid, interval, text) FROM public;

COMMENT ON FUNCTION open_session(text, uuid, interval, text) IS
'Opens a session: until p_ttl is over, who sets lms.token to p_token is p_person_id to row '
'security. Deletes the sessions of the person that have ended. Raises 22023 for a token of fewer '
'than 32 characters, no person and a p_ttl outside 1 second to 24 hours, P0002 for a learner who '
'was erased, and 23505 for a token in use. For lms_auth.';
