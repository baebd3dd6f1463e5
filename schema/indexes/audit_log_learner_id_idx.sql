-- Serves, with the rows that it finds:
--     SELECT * FROM audit_log WHERE learner_id = :learner_id
CREATE INDEX audit_log_learner_id_idx
ON audit_log (learner_id);

COMMENT ON INDEX audit_log_learner_id_idx IS
'What changed of a learner: the history of their grades, and requests of data subjects.';
