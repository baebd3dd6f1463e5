-- The time axis of a course. An invoker's view, so that row security asks who reads.
CREATE OR REPLACE VIEW course_daily_activity WITH (security_invoker = TRUE) AS
SELECT
    s.course_id,
    s.utc_day,
    sum(s.interactions)::bigint AS interactions,
    sum(s.meaningful_interactions)::bigint AS meaningful_interactions,
    sum(s.seconds_sum)::bigint AS seconds,
    count(*) AS active_learners
FROM learner_day_summary AS s
GROUP BY s.course_id, s.utc_day;

COMMENT ON VIEW course_daily_activity IS
'One row per course and UTC day with an interaction, of the events that are kept, as of the last '
'refresh_learning_analytics(). A learner who is not enrolled counts, too.';
COMMENT ON COLUMN course_daily_activity.course_id IS 'Course.';
COMMENT ON COLUMN course_daily_activity.utc_day IS 'Day in UTC, by the interactions'' timestamp.';
COMMENT ON COLUMN course_daily_activity.interactions IS
'Number of interactions, those without a section included.';
COMMENT ON COLUMN course_daily_activity.meaningful_interactions IS
'Number of knowledge checks, practice, reflection and discussion among them.';
COMMENT ON COLUMN course_daily_activity.seconds IS
'Sum of duration_seconds over the interactions; one without a duration counts 0.';
COMMENT ON COLUMN course_daily_activity.active_learners IS
'Number of learners with an interaction on that day. Over several days they cannot be added up: '
'who is active on two days counts in both.';
