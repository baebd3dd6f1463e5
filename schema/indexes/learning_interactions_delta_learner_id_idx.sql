-- Serves, with the rows that it finds:
--     SELECT * FROM learning_interactions_delta WHERE learner_id = :learner_id
CREATE INDEX learning_interactions_delta_learner_id_idx
ON learning_interactions_delta (learner_id);

COMMENT ON INDEX learning_interactions_delta_learner_id_idx IS
'What is queued of a learner, for learner_analytics.';
