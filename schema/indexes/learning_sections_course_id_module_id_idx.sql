-- Serves, with the rows that it finds:
--     SELECT * FROM learning_sections WHERE course_id = :course_id
CREATE INDEX learning_sections_course_id_module_id_idx
ON learning_sections (course_id, module_id);

COMMENT ON INDEX learning_sections_course_id_module_id_idx IS
'Foreign key to learning_modules; sections of a course.';
