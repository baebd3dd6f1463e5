-- now() is when the transaction began: who leaves one open could submit hours later what bears that
-- time, which is when the time was not up yet.
CREATE OR REPLACE FUNCTION is_recent_transaction() RETURNS boolean
LANGUAGE sql
PARALLEL SAFE
RETURN clock_timestamp() < now() + interval '15 minutes';

REVOKE EXECUTE ON FUNCTION is_recent_transaction() FROM public;

COMMENT ON FUNCTION is_recent_transaction() IS
'Whether the transaction began less than 15 minutes ago, so that its now() is nearly the present '
'time. For what learners do: record_my_interactions and assessment_attempts.';
