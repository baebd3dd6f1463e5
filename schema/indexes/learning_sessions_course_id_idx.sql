-- Serves, with the rows that it finds:
--     DELETE FROM learning_sessions WHERE course_id = :course_id
CREATE INDEX learning_sessions_course_id_idx
ON learning_sessions (course_id);

COMMENT ON INDEX learning_sessions_course_id_idx IS
'Foreign key to educational_courses: deleting a course; sessions of a course.';
