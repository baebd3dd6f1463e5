-- How an enrollment tells that the statement that made or counted it is still running: progress
-- that the same statement writes is in what the enrollment was counted from, before or after its
-- own trigger adds it. Within a millisecond, since other triggers count on from it. From 0 on: a
-- load made it, and updated_at tells whether that was in this transaction.
CREATE OR REPLACE FUNCTION new_enrollment_version() RETURNS bigint
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN (-1000000 * extract(EPOCH FROM statement_timestamp()))::bigint;

REVOKE EXECUTE ON FUNCTION new_enrollment_version() FROM public;

COMMENT ON FUNCTION new_enrollment_version() IS
'measures_version that an enrollment made or counted by the client''s present statement has: below '
'0, microseconds since 1970. One that is less than 1000 above is counted anew, not added to, and '
'so is one from 0 on that this transaction wrote.';
