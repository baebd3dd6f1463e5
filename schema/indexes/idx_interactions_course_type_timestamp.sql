-- Serves, from the index alone:
--     SELECT timestamp, learner_id, outcome, learning_effectiveness
--     FROM learning_interactions
--     WHERE course_id = :course_id AND interaction_type = 'help_request'
--     ORDER BY timestamp DESC
--     LIMIT 50
CREATE INDEX idx_interactions_course_type_timestamp
ON learning_interactions (course_id, interaction_type, timestamp DESC)
INCLUDE (learner_id, outcome, learning_effectiveness);

COMMENT ON INDEX idx_interactions_course_type_timestamp IS
'Latest events of a course by type, with learner, outcome and effectiveness from the index '
'alone.';
