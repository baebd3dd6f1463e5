-- Triggers of learning_modules.
CREATE OR REPLACE TRIGGER learning_modules_updated_at
BEFORE UPDATE ON learning_modules
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER learning_modules_updated_at ON learning_modules IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE CONSTRAINT TRIGGER learning_modules_prerequisites
AFTER INSERT OR UPDATE OF id, course_id, prerequisite_modules OR DELETE ON learning_modules
DEFERRABLE INITIALLY IMMEDIATE
FOR EACH ROW
EXECUTE FUNCTION check_prerequisite_modules();
COMMENT ON TRIGGER learning_modules_prerequisites ON learning_modules IS
'Prerequisites are modules of the same course.';

CREATE OR REPLACE TRIGGER learning_modules_cycles_insert
AFTER INSERT ON learning_modules
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION check_prerequisite_cycles();
COMMENT ON TRIGGER learning_modules_cycles_insert ON learning_modules IS
'Prerequisites make no cycle.';

CREATE OR REPLACE TRIGGER learning_modules_cycles_update
AFTER UPDATE ON learning_modules
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION check_prerequisite_cycles();
COMMENT ON TRIGGER learning_modules_cycles_update ON learning_modules IS
'Prerequisites make no cycle.';

CREATE OR REPLACE TRIGGER learning_modules_unlock_criteria
BEFORE INSERT OR UPDATE OF unlock_criteria ON learning_modules
FOR EACH ROW WHEN (new.unlock_criteria IS NOT NULL)
EXECUTE FUNCTION check_unlock_rule('unlock_criteria');
COMMENT ON TRIGGER learning_modules_unlock_criteria ON learning_modules IS
'Unlock criteria have known keys and readable values.';
