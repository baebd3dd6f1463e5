-- Triggers of learning_sections.
CREATE OR REPLACE TRIGGER learning_sections_updated_at
BEFORE UPDATE ON learning_sections
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER learning_sections_updated_at ON learning_sections IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER learning_sections_course
BEFORE INSERT OR UPDATE OF module_id ON learning_sections
FOR EACH ROW
EXECUTE FUNCTION set_section_course();
COMMENT ON TRIGGER learning_sections_course ON learning_sections IS
'Fills course_id from the module.';

CREATE OR REPLACE TRIGGER learning_sections_enrollments_insert
AFTER INSERT ON learning_sections
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_sections();
COMMENT ON TRIGGER learning_sections_enrollments_insert ON learning_sections IS
'Enrollments follow the sections of their course.';

CREATE OR REPLACE TRIGGER learning_sections_enrollments_update
AFTER UPDATE ON learning_sections
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_sections();
COMMENT ON TRIGGER learning_sections_enrollments_update ON learning_sections IS
'Enrollments follow the sections of their course.';

CREATE OR REPLACE TRIGGER learning_sections_enrollments_delete
AFTER DELETE ON learning_sections
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_sections();
COMMENT ON TRIGGER learning_sections_enrollments_delete ON learning_sections IS
'Enrollments follow the sections of their course.';

CREATE OR REPLACE TRIGGER learning_sections_enrollments_truncate
AFTER TRUNCATE ON learning_sections
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_sections();
COMMENT ON TRIGGER learning_sections_enrollments_truncate ON learning_sections IS
'Enrollments follow the sections of their course.';

CREATE OR REPLACE TRIGGER learning_sections_unlock_conditions
BEFORE INSERT OR UPDATE OF unlock_conditions ON learning_sections
FOR EACH ROW WHEN (new.unlock_conditions IS NOT NULL)
EXECUTE FUNCTION check_unlock_rule('unlock_conditions');
COMMENT ON TRIGGER learning_sections_unlock_conditions ON learning_sections IS
'Unlock conditions have known keys and readable values.';

CREATE OR REPLACE TRIGGER learning_sections_completion_criteria
BEFORE INSERT OR UPDATE OF completion_criteria ON learning_sections
FOR EACH ROW WHEN (new.completion_criteria IS NOT NULL)
EXECUTE FUNCTION check_completion_criteria();
COMMENT ON TRIGGER learning_sections_completion_criteria ON learning_sections IS
'Completion criteria have known keys and readable values.';
