-- Serves, with the rows that it finds:
--     DELETE FROM learner_courses WHERE versionless_course_id = :course_id
-- Holds who was never enrolled alone.
CREATE INDEX learner_courses_versionless_course_id_idx
ON learner_courses (versionless_course_id)
WHERE versionless_course_id IS NOT NULL;

COMMENT ON INDEX learner_courses_versionless_course_id_idx IS
'Foreign key to educational_courses: deleting a course.';
