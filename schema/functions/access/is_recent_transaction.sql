-- now() is when the transaction began: who leaves one open could submit hours later what bears that
-- time, which is when the time was not up yet.
CREATE OR REPLACE FUNCTION is_recent_transaction() RETURNS boolean
LANGUAGE sql
PARALLEL SAFE
RETURN clock_timestamp() < now() + interval '1 minute';

REVOKE EXECUTE ON FUNCTION is_recent_transaction() FROM public;

COMMENT ON FUNCTION is_recent_transaction() IS
'Whether the transaction began less than a minute ago, so that its now() is the present time. For '
'what learners do: record_my_interactions and assessment_attempts.';
