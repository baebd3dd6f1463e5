-- Serves, with the rows that it finds:
--     SELECT * FROM learner_assessment_summary WHERE learner_id = :learner_id
CREATE INDEX learner_assessment_summary_learner_id_idx
ON learner_assessment_summary (learner_id);

COMMENT ON INDEX learner_assessment_summary_learner_id_idx IS
'What is held about a learner, for export_learner_data and erase_learner.';
