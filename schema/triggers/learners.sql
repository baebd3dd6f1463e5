-- Triggers of learners.
CREATE OR REPLACE TRIGGER learners_updated_at
BEFORE UPDATE ON learners
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION set_updated_at();
COMMENT ON TRIGGER learners_updated_at ON learners IS
'Keeps updated_at; an update that changes nothing leaves it.';

CREATE CONSTRAINT TRIGGER learners_institution
AFTER UPDATE OF institution_id ON learners
DEFERRABLE INITIALLY IMMEDIATE
FOR EACH ROW WHEN (old.institution_id IS DISTINCT FROM new.institution_id)
EXECUTE FUNCTION check_institution_change(
    'learner_id', 'course_enrollments_institution_check'
);
COMMENT ON TRIGGER learners_institution ON learners IS
'A learner does not leave the institution of the courses where they were active.';
