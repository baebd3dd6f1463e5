-- Triggers of learning_sessions.
CREATE OR REPLACE TRIGGER learning_sessions_updated_at
BEFORE UPDATE ON learning_sessions
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER learning_sessions_updated_at ON learning_sessions IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER learning_sessions_duration
BEFORE INSERT OR UPDATE ON learning_sessions
FOR EACH ROW
EXECUTE FUNCTION derive_session_duration();
COMMENT ON TRIGGER learning_sessions_duration ON learning_sessions IS
'Derives duration_minutes.';
