-- Serves, with the rows that it finds:
--     SELECT * FROM access_sessions WHERE person_id = :person_id
CREATE INDEX access_sessions_person_id_idx
ON access_sessions (person_id);

COMMENT ON INDEX access_sessions_person_id_idx IS
'Sessions of a person: open_session deletes those that have ended.';
