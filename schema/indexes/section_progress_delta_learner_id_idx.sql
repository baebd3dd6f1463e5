-- Serves, with the rows that it finds:
--     SELECT * FROM section_progress_delta WHERE learner_id = :learner_id
CREATE INDEX section_progress_delta_learner_id_idx
ON section_progress_delta (learner_id);

COMMENT ON INDEX section_progress_delta_learner_id_idx IS
'What is queued of a learner, for learner_analytics.';
