-- Triggers of assessment_attempts.
CREATE OR REPLACE TRIGGER assessment_attempts_updated_at
BEFORE UPDATE ON assessment_attempts
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER assessment_attempts_updated_at ON assessment_attempts IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER assessment_attempts_result
BEFORE INSERT OR UPDATE ON assessment_attempts
FOR EACH ROW
EXECUTE FUNCTION derive_attempt_result();
COMMENT ON TRIGGER assessment_attempts_result ON assessment_attempts IS
'Derives percentage, passed and time spent; rejects what contradicts the score.';
