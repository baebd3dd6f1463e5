-- Triggers of retention_log.
CREATE OR REPLACE TRIGGER retention_log_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON retention_log
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER retention_log_append_only ON retention_log IS
'The ledger is append-only.';
