-- Two calls of derive_sessions at once cannot both make a session. It finds no rows for a query that
-- idx_learning_sessions_learner_course_start would not find.
CREATE UNIQUE INDEX learning_sessions_derived_key
ON learning_sessions (learner_id, course_id, session_start)
WHERE derived;

COMMENT ON INDEX learning_sessions_derived_key IS
'One derived session a learner, course and start.';
