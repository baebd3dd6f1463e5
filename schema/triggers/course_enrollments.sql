-- Triggers of course_enrollments.
CREATE OR REPLACE TRIGGER course_enrollments_institution_insert
AFTER INSERT ON course_enrollments
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION check_enrollment_institution();
COMMENT ON TRIGGER course_enrollments_institution_insert ON course_enrollments IS
'Learner and course are of one institution.';

CREATE CONSTRAINT TRIGGER course_enrollments_institution_update
AFTER UPDATE OF learner_id, course_id ON course_enrollments
DEFERRABLE INITIALLY IMMEDIATE
FOR EACH ROW
EXECUTE FUNCTION check_enrollment_institution();
COMMENT ON TRIGGER course_enrollments_institution_update ON course_enrollments IS
'Learner and course are of one institution.';

-- OF columns, since each event writes the row, and would read the WHEN
CREATE OR REPLACE TRIGGER course_enrollments_completion
BEFORE INSERT OR UPDATE OF completion_status, completion_date ON course_enrollments
FOR EACH ROW WHEN (
    (new.completion_status = 'completed') = (new.completion_date IS NULL)
)
EXECUTE FUNCTION keep_completion_date('completion_date');
COMMENT ON TRIGGER course_enrollments_completion ON course_enrollments IS
'Dates a completion that came without its date, and clears the date when the state is left.';

-- In a load, a call for the first row of a course: it locks what enrolling rests on, and the
-- setting says so for as long as the lock is held. An application that writes the setting itself
-- gains nothing: who does not wait for an author is refused by the foreign key of learner_courses.
CREATE OR REPLACE TRIGGER course_enrollments_measures_insert
BEFORE INSERT ON course_enrollments
FOR EACH ROW WHEN (
    current_setting('lms_schema.locked_course', TRUE) IS DISTINCT FROM new.course_id::text
    OR (
        new.overall_progress, new.total_time_spent, new.progress_sum, new.seconds_sum,
        new.measures_version, new.section_count, new.last_accessed, new.current_grade
    ) IS DISTINCT FROM (0, 0, 0, 0, 0, NULL, NULL, NULL)
)
EXECUTE FUNCTION keep_enrollment_measures();
COMMENT ON TRIGGER course_enrollments_measures_insert ON course_enrollments IS
'Derived columns start empty, whatever the application writes.';

-- without a WHEN: its expression would be read anew by each statement, which costs more than a call
CREATE OR REPLACE TRIGGER course_enrollments_measures_update
BEFORE UPDATE ON course_enrollments
FOR EACH ROW
EXECUTE FUNCTION keep_enrollment_measures();
COMMENT ON TRIGGER course_enrollments_measures_update ON course_enrollments IS
'Derived columns stay true, whatever the application writes, and updated_at; an update that '
'changes nothing leaves it.';

CREATE OR REPLACE TRIGGER course_enrollments_derived_insert
AFTER INSERT ON course_enrollments
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_enrollments();
COMMENT ON TRIGGER course_enrollments_derived_insert ON course_enrollments IS
'A new enrollment starts with the progress and the grade that there are.';

CREATE OR REPLACE TRIGGER course_enrollments_derived_update
AFTER UPDATE OF learner_id, course_id ON course_enrollments
FOR EACH ROW WHEN (
    (old.learner_id, old.course_id) IS DISTINCT FROM (new.learner_id, new.course_id)
)
EXECUTE FUNCTION follow_course_enrollments();
COMMENT ON TRIGGER course_enrollments_derived_update ON course_enrollments IS
'An enrollment given to another learner or course takes over what there is.';

CREATE OR REPLACE TRIGGER course_enrollments_derived_delete
AFTER DELETE ON course_enrollments
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_enrollments();
COMMENT ON TRIGGER course_enrollments_derived_delete ON course_enrollments IS
'Who leaves a course is no longer known as enrolled.';

CREATE OR REPLACE TRIGGER course_enrollments_derived_truncate
AFTER TRUNCATE ON course_enrollments
FOR EACH STATEMENT
EXECUTE FUNCTION follow_course_enrollments();
COMMENT ON TRIGGER course_enrollments_derived_truncate ON course_enrollments IS
'Nobody is known as enrolled after a TRUNCATE.';

CREATE OR REPLACE TRIGGER course_enrollments_delta_insert
AFTER INSERT ON course_enrollments
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_course_enrollments_delta();
COMMENT ON TRIGGER course_enrollments_delta_insert ON course_enrollments IS
'Analytics follow the enrollments.';

CREATE OR REPLACE TRIGGER course_enrollments_delta_update
AFTER UPDATE ON course_enrollments
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_course_enrollments_delta();
COMMENT ON TRIGGER course_enrollments_delta_update ON course_enrollments IS
'Analytics follow the enrollments.';

CREATE OR REPLACE TRIGGER course_enrollments_delta_delete
AFTER DELETE ON course_enrollments
REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT
EXECUTE FUNCTION append_course_enrollments_delta();
COMMENT ON TRIGGER course_enrollments_delta_delete ON course_enrollments IS
'Analytics follow the enrollments.';

CREATE OR REPLACE TRIGGER course_enrollments_delta_truncate
AFTER TRUNCATE ON course_enrollments
FOR EACH STATEMENT
EXECUTE FUNCTION request_analytics_rebuild();
COMMENT ON TRIGGER course_enrollments_delta_truncate ON course_enrollments IS
'Analytics count anew after a TRUNCATE.';

CREATE OR REPLACE TRIGGER course_enrollments_audit_insert
AFTER INSERT ON course_enrollments
FOR EACH ROW WHEN (new.final_grade IS NOT NULL)
EXECUTE FUNCTION record_enrollment_audit();
COMMENT ON TRIGGER course_enrollments_audit_insert ON course_enrollments IS
'Final grades and status have their history.';

CREATE OR REPLACE TRIGGER course_enrollments_audit_update
AFTER UPDATE OF
id, learner_id, course_id, final_grade, completion_status, completion_date
ON course_enrollments
FOR EACH ROW
EXECUTE FUNCTION record_enrollment_audit();
COMMENT ON TRIGGER course_enrollments_audit_update ON course_enrollments IS
'Final grades and status have their history.';

CREATE OR REPLACE TRIGGER course_enrollments_audit_delete
AFTER DELETE ON course_enrollments
FOR EACH ROW
EXECUTE FUNCTION record_enrollment_audit();
COMMENT ON TRIGGER course_enrollments_audit_delete ON course_enrollments IS
'Final grades and status have their history.';

CREATE OR REPLACE TRIGGER course_enrollments_audit_truncate
AFTER TRUNCATE ON course_enrollments
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('course_enrollments');
COMMENT ON TRIGGER course_enrollments_audit_truncate ON course_enrollments IS
'Final grades and status have their history.';
