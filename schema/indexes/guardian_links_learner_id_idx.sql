-- Serves, with the rows that it finds:
--     SELECT * FROM guardian_links WHERE learner_id = :learner_id
CREATE INDEX guardian_links_learner_id_idx
ON guardian_links (learner_id);

COMMENT ON INDEX guardian_links_learner_id_idx IS
'Guardians of a learner, and the foreign key of learners.';
