-- Serves, with the rows that it finds:
--     SELECT * FROM learners WHERE institution_id = :institution_id
CREATE UNIQUE INDEX learners_institution_id_idx
ON learners (institution_id, id);

COMMENT ON INDEX learners_institution_id_idx IS
'Learners of an institution, and its foreign key. Unique, although id alone is: it makes '
'institution_id a key column, so that changing it waits for enrollments not yet committed.';
