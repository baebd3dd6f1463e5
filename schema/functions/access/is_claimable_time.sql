-- When a learner may say that something of theirs happened. A device that was offline sends later,
-- and its clock may be some minutes ahead of the server's.
CREATE OR REPLACE FUNCTION is_claimable_time(p_time timestamptz) RETURNS boolean
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN p_time BETWEEN now() - interval '30 days' AND now() + interval '5 minutes';

REVOKE EXECUTE ON FUNCTION is_claimable_time(timestamptz) FROM public;

COMMENT ON FUNCTION is_claimable_time(timestamptz) IS
'Whether a time is one of the last 30 days, or at most 5 minutes ahead; NULL for NULL. For what '
'learners say of themselves: record_my_interactions and learning_sessions.';
