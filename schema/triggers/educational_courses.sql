-- Triggers of educational_courses.
CREATE OR REPLACE TRIGGER educational_courses_structure
AFTER INSERT ON educational_courses
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION make_course_structure();
COMMENT ON TRIGGER educational_courses_structure ON educational_courses IS
'Each course has its row of course_structure.';

CREATE OR REPLACE TRIGGER educational_courses_updated_at
BEFORE UPDATE ON educational_courses
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER educational_courses_updated_at ON educational_courses IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER educational_courses_rules
BEFORE INSERT ON educational_courses
FOR EACH ROW WHEN (new.completion_rule IS NULL OR new.derive_sessions IS NULL)
EXECUTE FUNCTION set_course_rules();
COMMENT ON TRIGGER educational_courses_rules ON educational_courses IS
'A new course takes the rules that it leaves out from its institution.';

CREATE OR REPLACE TRIGGER educational_courses_sessions
AFTER UPDATE OF derive_sessions ON educational_courses
FOR EACH ROW WHEN (new.derive_sessions AND old.derive_sessions IS NOT TRUE)
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER educational_courses_sessions ON educational_courses IS
'A course that asks for sessions has them of what was logged before, too.';

CREATE OR REPLACE TRIGGER educational_courses_rating
BEFORE INSERT OR UPDATE OF average_rating, rating_count, rating_sum, ratings_version
ON educational_courses
FOR EACH ROW
EXECUTE FUNCTION keep_course_rating();
COMMENT ON TRIGGER educational_courses_rating ON educational_courses IS
'Mean and number of ratings stay true, whatever the application writes.';

CREATE CONSTRAINT TRIGGER educational_courses_institution
AFTER UPDATE OF institution_id ON educational_courses
DEFERRABLE INITIALLY IMMEDIATE
FOR EACH ROW WHEN (old.institution_id IS DISTINCT FROM new.institution_id)
EXECUTE FUNCTION check_institution_change(
    'course_id', 'course_enrollments_institution_check'
);
COMMENT ON TRIGGER educational_courses_institution ON educational_courses IS
'A course does not leave the institution of its learners.';
