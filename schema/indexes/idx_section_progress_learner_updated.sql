-- Serves, from the index alone:
--     SELECT updated_at, section_id, completion_percentage
--     FROM section_progress
--     WHERE learner_id = :learner_id
--     ORDER BY updated_at DESC
--     LIMIT 10
CREATE INDEX idx_section_progress_learner_updated
ON section_progress (learner_id, updated_at DESC)
INCLUDE (section_id, completion_percentage);

COMMENT ON INDEX idx_section_progress_learner_updated IS
'Latest progress of a learner, from the index alone. An index on updated_at makes every '
'update write all indexes of the table.';
