-- Triggers of section_progress_history.
CREATE OR REPLACE TRIGGER section_progress_history_append_only
BEFORE UPDATE OR DELETE ON section_progress_history
FOR EACH STATEMENT
EXECUTE FUNCTION reject_history_change();
COMMENT ON TRIGGER section_progress_history_append_only ON section_progress_history IS
'The history is append-only.';
