-- The pause that ends a session, in one place. 30 minutes, as web analytics and ELAT have it. The
-- choice moves every figure of the sessions (Kovanovic 2015): what is kept is of one gap only.
CREATE OR REPLACE FUNCTION derived_session_gap() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '30 minutes';

REVOKE EXECUTE ON FUNCTION derived_session_gap() FROM public;

COMMENT ON FUNCTION derived_session_gap() IS
'30 minutes: an event that starts at most so long after the latest end so far goes on with the '
'session.';
