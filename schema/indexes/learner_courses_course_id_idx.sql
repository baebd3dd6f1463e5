-- Serves, with the rows that it finds:
--     SELECT * FROM learner_courses WHERE course_id = :course_id
CREATE INDEX learner_courses_course_id_idx
ON learner_courses (course_id);

COMMENT ON INDEX learner_courses_course_id_idx IS
'Learners of a course: the foreign key to course_structure.';
