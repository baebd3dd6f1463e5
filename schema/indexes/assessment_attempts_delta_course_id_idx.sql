-- Serves, with the rows that it finds:
--     SELECT * FROM assessment_attempts_delta WHERE course_id = :course_id
CREATE INDEX assessment_attempts_delta_course_id_idx
ON assessment_attempts_delta (course_id)
WHERE course_id IS NOT NULL;

COMMENT ON INDEX assessment_attempts_delta_course_id_idx IS
'Assessments that left a course, for course_analytics.';
