-- Serves, with the rows that it finds:
--     SELECT * FROM institution_staff WHERE person_id = :person_id
CREATE INDEX institution_staff_person_id_idx
ON institution_staff (person_id);

COMMENT ON INDEX institution_staff_person_id_idx IS
'Institutions that a person administers: every request as lms_registrar.';
