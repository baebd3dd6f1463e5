-- Serves, with the rows that it finds:
--     SELECT * FROM assessment_attempts_delta WHERE learner_id = :learner_id
CREATE INDEX assessment_attempts_delta_learner_id_idx
ON assessment_attempts_delta (learner_id);

COMMENT ON INDEX assessment_attempts_delta_learner_id_idx IS
'What is queued of a learner, for learner_analytics.';
