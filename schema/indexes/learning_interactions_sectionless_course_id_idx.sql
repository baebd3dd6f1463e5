-- Serves, with the rows that it finds:
--     DELETE FROM learning_interactions WHERE sectionless_course_id = :course_id
-- Holds events of a course without a section alone.
CREATE INDEX learning_interactions_sectionless_course_id_idx
ON learning_interactions (sectionless_course_id)
WHERE sectionless_course_id IS NOT NULL;

COMMENT ON INDEX learning_interactions_sectionless_course_id_idx IS
'Foreign key to educational_courses: deleting a course.';
