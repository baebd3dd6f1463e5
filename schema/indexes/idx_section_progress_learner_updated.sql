CREATE INDEX idx_section_progress_learner_updated
ON section_progress (learner_id, updated_at DESC)
INCLUDE (section_id, completion_percentage);

COMMENT ON INDEX idx_section_progress_learner_updated IS
'Latest progress of a learner, from the index alone. An index on updated_at makes every '
'update write all indexes of the table.';
