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
