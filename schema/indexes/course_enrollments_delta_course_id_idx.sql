-- Serves, with the rows that it finds:
--     SELECT * FROM course_enrollments_delta WHERE course_id = :course_id
CREATE INDEX course_enrollments_delta_course_id_idx
ON course_enrollments_delta (course_id);

COMMENT ON INDEX course_enrollments_delta_course_id_idx IS
'What is queued of a course, for course_analytics.';
