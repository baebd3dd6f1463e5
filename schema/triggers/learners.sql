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

CREATE OR REPLACE TRIGGER learners_data_consent
AFTER INSERT OR UPDATE OF data_consent ON learners
FOR EACH ROW
EXECUTE FUNCTION check_consent_mirror();
COMMENT ON TRIGGER learners_data_consent ON learners IS
'data_consent says what consent_events says, whoever writes it.';

CREATE OR REPLACE TRIGGER learners_erased
AFTER INSERT OR UPDATE OF id ON learners
FOR EACH ROW
EXECUTE FUNCTION refuse_erased_learner();
COMMENT ON TRIGGER learners_erased ON learners IS
'Whoever was erased does not come back.';

-- names no column: the type of one that a trigger names cannot be changed
CREATE OR REPLACE TRIGGER learners_audit_update
AFTER UPDATE ON learners
FOR EACH ROW WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION record_audit(
    'learners', '{id}', '{id, institution_id, email, first_name, last_name}'
);
COMMENT ON TRIGGER learners_audit_update ON learners IS
'Who changed an identity is known.';

CREATE OR REPLACE TRIGGER learners_audit_delete
AFTER DELETE ON learners
FOR EACH ROW
EXECUTE FUNCTION record_audit(
    'learners', '{id}', '{id, institution_id, email, first_name, last_name}'
);
COMMENT ON TRIGGER learners_audit_delete ON learners IS
'Who changed an identity is known.';

CREATE OR REPLACE TRIGGER learners_audit_truncate
AFTER TRUNCATE ON learners
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('learners');
COMMENT ON TRIGGER learners_audit_truncate ON learners IS
'Who changed an identity is known.';
