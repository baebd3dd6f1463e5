-- Written by seal_audit_log, which the owner calls.
REVOKE ALL ON audit_seals FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY auditor_select ON audit_seals
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON audit_seals IS
'An auditor reads the seals.';

GRANT SELECT ON audit_seals TO lms_auditor;
