-- Time spent in minutes, in one place for the triggers that keep it. An absurd sum must not abort
-- the write of a section.
CREATE OR REPLACE FUNCTION rounded_minutes(p_seconds bigint) RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN least((p_seconds + 30) / 60, 2147483647)::integer;

REVOKE EXECUTE ON FUNCTION rounded_minutes(bigint) FROM public;

COMMENT ON FUNCTION rounded_minutes(bigint) IS
'Minutes of so many seconds, rounded half up, at most the largest integer.';
