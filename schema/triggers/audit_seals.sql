-- Triggers of audit_seals.
CREATE OR REPLACE TRIGGER audit_seals_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER audit_seals_append_only ON audit_seals IS
'The ledger is append-only.';
