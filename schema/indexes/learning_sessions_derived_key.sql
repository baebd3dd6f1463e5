-- Serves, with the rows that it finds:
--     SELECT * FROM learning_sessions
--     WHERE
--         derived
--         AND learner_id = :learner_id
--         AND course_id = :course_id
--         AND session_start = :since
-- Two calls of derive_sessions at once cannot both make a session: one whose snapshot does not show
-- what the other made gets 40001.
CREATE UNIQUE INDEX learning_sessions_derived_key
ON learning_sessions (learner_id, course_id, session_start)
WHERE derived;

COMMENT ON INDEX learning_sessions_derived_key IS
'One derived session a learner, course and start.';
