-- Triggers of guardian_links.
CREATE OR REPLACE TRIGGER guardian_links_audit
AFTER INSERT OR UPDATE OR DELETE ON guardian_links
FOR EACH ROW
EXECUTE FUNCTION record_audit(
    'guardian_links', '{guardian_id, learner_id}', '{guardian_id, learner_id, valid_until}'
);
COMMENT ON TRIGGER guardian_links_audit ON guardian_links IS
'Who linked whom is known.';

CREATE OR REPLACE TRIGGER guardian_links_audit_truncate
AFTER TRUNCATE ON guardian_links
FOR EACH STATEMENT
EXECUTE FUNCTION record_audit('guardian_links');
COMMENT ON TRIGGER guardian_links_audit_truncate ON guardian_links IS
'Who linked whom is known.';
