-- Serves, with the rows that it finds:
--     SELECT * FROM legal_holds WHERE learner_id = :learner_id
CREATE INDEX legal_holds_learner_id_idx
ON legal_holds (learner_id);

COMMENT ON INDEX legal_holds_learner_id_idx IS
'Holds of a learner, and the foreign key of learners.';
