-- Serves, with the rows that it finds:
--     SELECT * FROM assessment_attempts_delta WHERE assessment_id = :assessment_id
CREATE INDEX assessment_attempts_delta_assessment_id_idx
ON assessment_attempts_delta (assessment_id);

COMMENT ON INDEX assessment_attempts_delta_assessment_id_idx IS
'What is queued of an assessment, for course_analytics.';
