-- Serves, with the rows that it finds:
--     SELECT * FROM course_enrollments_delta WHERE learner_id = :learner_id
CREATE INDEX course_enrollments_delta_learner_id_idx
ON course_enrollments_delta (learner_id);

COMMENT ON INDEX course_enrollments_delta_learner_id_idx IS
'What is queued of a learner, for learner_analytics.';
