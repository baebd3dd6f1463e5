-- Serves, with the rows that it finds:
--     SELECT * FROM educational_courses WHERE institution_id = :institution_id
CREATE UNIQUE INDEX educational_courses_institution_id_idx
ON educational_courses (institution_id, id);

COMMENT ON INDEX educational_courses_institution_id_idx IS
'Courses of an institution, and its foreign key. Unique, although id alone is: it makes '
'institution_id a key column, so that changing it waits for enrollments not yet committed.';
