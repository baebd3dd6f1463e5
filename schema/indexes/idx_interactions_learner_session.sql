-- Serves, from the index alone:
--     SELECT timestamp, interaction_type, outcome, duration_seconds
--     FROM learning_interactions
--     WHERE learner_id = :learner_id AND session_id = :session_id
--     ORDER BY timestamp
CREATE INDEX idx_interactions_learner_session
ON learning_interactions (learner_id, session_id, timestamp)
INCLUDE (interaction_type, outcome, duration_seconds);

COMMENT ON INDEX idx_interactions_learner_session IS
'Events of a session of a learner in order, from the index alone.';
