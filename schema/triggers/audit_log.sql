-- Triggers of audit_log. month_partition_ddl gives each partition a copy of these.
CREATE OR REPLACE TRIGGER audit_log_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER audit_log_append_only ON audit_log IS
'The ledger is append-only.';
