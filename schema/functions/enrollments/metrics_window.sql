-- The span on which engagement and velocity look back, in one place.
CREATE OR REPLACE FUNCTION metrics_window() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
-- hours, since a day that a clock is changed on has 23 or 25
RETURN interval '720 hours';

REVOKE EXECUTE ON FUNCTION metrics_window() FROM public;

COMMENT ON FUNCTION metrics_window() IS
'30 days (720 hours): how far engagement_score and learning_velocity of an enrollment look back, '
'and so how long events are kept at least.';
