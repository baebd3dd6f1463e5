-- Triggers of institution_staff.
CREATE OR REPLACE TRIGGER institution_staff_audit
AFTER INSERT OR UPDATE OR DELETE ON institution_staff
FOR EACH ROW
EXECUTE FUNCTION record_audit(
    'institution_staff', '{institution_id, person_id}',
    '{institution_id, person_id, valid_until}'
);
COMMENT ON TRIGGER institution_staff_audit ON institution_staff IS
'Who appointed whom is known.';

CREATE OR REPLACE TRIGGER institution_staff_audit_truncate
AFTER TRUNCATE ON institution_staff
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('institution_staff');
COMMENT ON TRIGGER institution_staff_audit_truncate ON institution_staff IS
'Who appointed whom is known.';
