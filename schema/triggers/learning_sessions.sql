-- Triggers of learning_sessions.
CREATE OR REPLACE TRIGGER learning_sessions_updated_at
BEFORE UPDATE ON learning_sessions
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER learning_sessions_updated_at ON learning_sessions IS
'Keeps updated_at; an update that changes nothing leaves it.';

-- before the next one, which follows start and end
CREATE OR REPLACE TRIGGER learning_sessions_derived
BEFORE UPDATE ON learning_sessions
FOR EACH ROW WHEN (old.derived OR new.derived OR new.derivations <> old.derivations)
EXECUTE FUNCTION keep_derived_session();
COMMENT ON TRIGGER learning_sessions_derived ON learning_sessions IS
'What is derived stays true, whatever the application writes.';

CREATE OR REPLACE TRIGGER learning_sessions_duration
BEFORE INSERT OR UPDATE ON learning_sessions
FOR EACH ROW
EXECUTE FUNCTION derive_session_duration();
COMMENT ON TRIGGER learning_sessions_duration ON learning_sessions IS
'Derives duration_minutes.';

CREATE OR REPLACE TRIGGER learning_sessions_delta_insert
AFTER INSERT ON learning_sessions
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_learning_sessions_delta();
COMMENT ON TRIGGER learning_sessions_delta_insert ON learning_sessions IS
'Analytics follow the sessions.';

CREATE OR REPLACE TRIGGER learning_sessions_delta_update
AFTER UPDATE ON learning_sessions
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_learning_sessions_delta();
COMMENT ON TRIGGER learning_sessions_delta_update ON learning_sessions IS
'Analytics follow the sessions.';

CREATE OR REPLACE TRIGGER learning_sessions_delta_delete
AFTER DELETE ON learning_sessions
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_learning_sessions_delta();
COMMENT ON TRIGGER learning_sessions_delta_delete ON learning_sessions IS
'Analytics follow the sessions.';

CREATE OR REPLACE TRIGGER learning_sessions_delta_truncate
AFTER TRUNCATE ON learning_sessions
FOR EACH STATEMENT
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER learning_sessions_delta_truncate ON learning_sessions IS
'Analytics count anew after a TRUNCATE.';
