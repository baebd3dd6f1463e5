-- Triggers of course_ratings.
CREATE OR REPLACE TRIGGER course_ratings_updated_at
BEFORE UPDATE ON course_ratings
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER course_ratings_updated_at ON course_ratings IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE OR REPLACE TRIGGER course_ratings_enrollment_insert
AFTER INSERT ON course_ratings
FOR EACH ROW
EXECUTE FUNCTION check_rating_enrollment();
COMMENT ON TRIGGER course_ratings_enrollment_insert ON course_ratings IS
'Who rates a course is enrolled in it.';

CREATE OR REPLACE TRIGGER course_ratings_enrollment_update
AFTER UPDATE OF learner_id, course_id ON course_ratings
FOR EACH ROW WHEN (
    (old.learner_id, old.course_id) IS DISTINCT FROM (new.learner_id, new.course_id)
)
EXECUTE FUNCTION check_rating_enrollment();
COMMENT ON TRIGGER course_ratings_enrollment_update ON course_ratings IS
'Who rates a course is enrolled in it.';

CREATE OR REPLACE TRIGGER course_ratings_course_insert
AFTER INSERT ON course_ratings
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_ratings();
COMMENT ON TRIGGER course_ratings_course_insert ON course_ratings IS
'Courses follow their ratings.';

CREATE OR REPLACE TRIGGER course_ratings_course_update
AFTER UPDATE ON course_ratings
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_ratings();
COMMENT ON TRIGGER course_ratings_course_update ON course_ratings IS
'Courses follow their ratings.';

CREATE OR REPLACE TRIGGER course_ratings_course_delete
AFTER DELETE ON course_ratings
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_ratings();
COMMENT ON TRIGGER course_ratings_course_delete ON course_ratings IS
'Courses follow their ratings.';

CREATE OR REPLACE TRIGGER course_ratings_course_truncate
AFTER TRUNCATE ON course_ratings
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_ratings();
COMMENT ON TRIGGER course_ratings_course_truncate ON course_ratings IS
'Courses follow their ratings.';
