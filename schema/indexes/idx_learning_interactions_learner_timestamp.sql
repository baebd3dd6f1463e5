-- Serves, with the rows that it finds:
--     SELECT *
--     FROM learning_interactions
--     WHERE learner_id = :learner_id AND timestamp >= :since
--     ORDER BY timestamp
CREATE INDEX idx_learning_interactions_learner_timestamp
ON learning_interactions (learner_id, timestamp);

COMMENT ON INDEX idx_learning_interactions_learner_timestamp IS
'Events of a learner in a time span; also the foreign key on learner_id. Where the columns '
'of idx_interactions_learner_session suffice and the session is known, that one answers '
'from the index alone.';
