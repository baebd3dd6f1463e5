-- Triggers of section_progress.
CREATE OR REPLACE TRIGGER section_progress_updated_at
BEFORE UPDATE ON section_progress
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER section_progress_updated_at ON section_progress IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER section_progress_history_insert
AFTER INSERT ON section_progress
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_progress_history();
COMMENT ON TRIGGER section_progress_history_insert ON section_progress IS
'Starts the history of new progress rows.';

CREATE OR REPLACE TRIGGER section_progress_history_update
AFTER UPDATE ON section_progress
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION record_progress_history();
COMMENT ON TRIGGER section_progress_history_update ON section_progress IS
'Appends changes of completion_percentage to the history.';
