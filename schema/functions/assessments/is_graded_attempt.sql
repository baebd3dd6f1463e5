-- Which attempts count as graded, in one place. Their score is never NULL, a CHECK sees to it.
CREATE OR REPLACE FUNCTION is_graded_attempt(p_status attempt_status) RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN p_status IN ('graded', 'reviewed');

REVOKE EXECUTE ON FUNCTION is_graded_attempt(attempt_status) FROM public;

COMMENT ON FUNCTION is_graded_attempt(attempt_status) IS
'Whether an attempt of this status has its final score: graded or reviewed.';
