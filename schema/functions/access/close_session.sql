-- What the application calls when a person logs out.
-- A definer, because nobody writes access_sessions.
CREATE OR REPLACE FUNCTION close_session(p_token text) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM access_sessions AS s WHERE s.token_hash = sha256(convert_to(p_token, 'UTF8'));
END;
$$;

REVOKE EXECUTE ON FUNCTION close_session(text) FROM public;

COMMENT ON FUNCTION close_session(text) IS
'Ends the session of a token; of one that is unknown or has ended nothing happens. A statement '
'that has begun before goes on. For lms_auth.';
