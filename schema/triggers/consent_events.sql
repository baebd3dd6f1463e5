-- Triggers of consent_events.
CREATE OR REPLACE TRIGGER consent_events_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_events
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER consent_events_append_only ON consent_events IS
'The ledger is append-only.';

CREATE OR REPLACE TRIGGER consent_events_mirror
AFTER INSERT ON consent_events
FOR EACH ROW
EXECUTE FUNCTION mirror_consent();
COMMENT ON TRIGGER consent_events_mirror ON consent_events IS
'learners.data_consent follows the ledger.';
