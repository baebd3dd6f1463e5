-- Brings learners.data_consent up to date with a new event. The learner is locked first, so that
-- the statement after it sees what another session recorded meanwhile.
-- depends: functions/consent_state
CREATE OR REPLACE FUNCTION mirror_consent() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM learners AS l WHERE l.id = NEW.learner_id FOR NO KEY UPDATE;
    UPDATE learners AS l SET data_consent = consent_state(l.id) WHERE l.id = NEW.learner_id;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION mirror_consent() FROM public;

COMMENT ON FUNCTION mirror_consent() IS
'Trigger: writes the latest consents into learners.data_consent. Locks the learner''s row.';
