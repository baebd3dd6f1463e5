-- Serves, with the rows that it finds:
--     DELETE FROM learner_day_summary WHERE interactions = 0
-- Days of which no event is left, which each refresh deletes: drain_analytics_queues.
CREATE INDEX learner_day_summary_empty_idx ON learner_day_summary (course_id)
WHERE interactions = 0;

COMMENT ON INDEX learner_day_summary_empty_idx IS
'Rows to delete; empty but during a refresh.';
