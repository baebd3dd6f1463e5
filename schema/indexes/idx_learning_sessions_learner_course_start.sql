-- Serves, from the index alone:
--     SELECT session_start, duration_minutes, engagement_level, progress_percentage_gain
--     FROM learning_sessions
--     WHERE learner_id = :learner_id AND course_id = :course_id
--     ORDER BY session_start DESC
--     LIMIT 10
CREATE INDEX idx_learning_sessions_learner_course_start
ON learning_sessions (learner_id, course_id, session_start DESC)
INCLUDE (duration_minutes, engagement_level, progress_percentage_gain);

COMMENT ON INDEX idx_learning_sessions_learner_course_start IS
'Latest sessions of a learner in a course, from the index alone; also the foreign key on '
'learner_id.';
