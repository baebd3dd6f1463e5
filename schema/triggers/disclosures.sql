-- Triggers of disclosures.
CREATE OR REPLACE TRIGGER disclosures_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON disclosures
FOR EACH STATEMENT
EXECUTE FUNCTION reject_ledger_change();
COMMENT ON TRIGGER disclosures_append_only ON disclosures IS
'The ledger is append-only.';
