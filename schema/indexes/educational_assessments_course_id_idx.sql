-- Serves, with the rows that it finds:
--     SELECT * FROM educational_assessments WHERE course_id = :course_id
CREATE INDEX educational_assessments_course_id_idx
ON educational_assessments (course_id);

COMMENT ON INDEX educational_assessments_course_id_idx IS
'Foreign key to educational_courses: assessments of a course.';
