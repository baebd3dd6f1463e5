-- Serves, with the rows that it finds:
--     SELECT * FROM disclosures WHERE learner_id = :learner_id
CREATE INDEX disclosures_learner_id_idx
ON disclosures (learner_id);

COMMENT ON INDEX disclosures_learner_id_idx IS
'Who asked for a learner''s records, and who got them: shown to the learner on request.';
