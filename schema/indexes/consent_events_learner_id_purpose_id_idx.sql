-- Serves, with the rows that it finds:
--     SELECT * FROM consent_events
--     WHERE learner_id = :learner_id AND purpose = 'analytics' ORDER BY id DESC LIMIT 1
CREATE INDEX consent_events_learner_id_purpose_id_idx
ON consent_events (learner_id, purpose, id);

COMMENT ON INDEX consent_events_learner_id_purpose_id_idx IS
'The latest consent of a learner: has_consent, and the mirror in learners.';
