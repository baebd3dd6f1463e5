-- Triggers of course_staff.
CREATE OR REPLACE TRIGGER course_staff_audit
AFTER INSERT OR UPDATE OR DELETE ON course_staff
FOR EACH ROW
EXECUTE FUNCTION record_audit(
    'course_staff', '{course_id, person_id}', '{course_id, person_id, valid_until}'
);
COMMENT ON TRIGGER course_staff_audit ON course_staff IS
'Who appointed whom is known.';

CREATE OR REPLACE TRIGGER course_staff_audit_truncate
AFTER TRUNCATE ON course_staff
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('course_staff');
COMMENT ON TRIGGER course_staff_audit_truncate ON course_staff IS
'Who appointed whom is known.';
