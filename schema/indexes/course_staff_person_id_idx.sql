-- Serves, with the rows that it finds:
--     SELECT * FROM course_staff WHERE person_id = :person_id
CREATE INDEX course_staff_person_id_idx
ON course_staff (person_id);

COMMENT ON INDEX course_staff_person_id_idx IS
'Courses that a person teaches: every request as lms_instructor.';
