-- Serves, with the rows that it finds:
--     SELECT * FROM learner_day_summary WHERE learner_id = :learner_id
CREATE INDEX learner_day_summary_learner_id_idx
ON learner_day_summary (learner_id);

COMMENT ON INDEX learner_day_summary_learner_id_idx IS
'What is held about a learner, for export_learner_data and erase_learner.';
