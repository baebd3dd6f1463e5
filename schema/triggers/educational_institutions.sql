-- Triggers of educational_institutions.
CREATE OR REPLACE TRIGGER educational_institutions_updated_at
BEFORE UPDATE ON educational_institutions
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER educational_institutions_updated_at ON educational_institutions IS
'Keeps updated_at; an update that changes nothing leaves it.';
