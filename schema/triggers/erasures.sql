-- Triggers of erasures.
CREATE OR REPLACE TRIGGER erasures_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER erasures_append_only ON erasures IS
'The ledger is append-only.';
