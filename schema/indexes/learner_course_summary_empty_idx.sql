-- Serves, from the index alone:
--     SELECT learner_id
--     FROM learner_course_summary
--     WHERE enrollments = 0 AND progress_rows = 0 AND attempts = 0
-- Rows that say nothing any more, which each refresh deletes: drain_analytics_queues.
CREATE INDEX learner_course_summary_empty_idx
ON learner_course_summary (learner_id)
WHERE enrollments = 0 AND progress_rows = 0 AND attempts = 0;

COMMENT ON INDEX learner_course_summary_empty_idx IS
'Rows to delete; empty but during a refresh.';
