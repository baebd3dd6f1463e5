-- Written by triggers, which run as the owner.
REVOKE ALL ON audit_log FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY auditor_select ON audit_log
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON audit_log IS
'An auditor reads who changed what.';

GRANT SELECT ON audit_log TO lms_auditor;
