-- Written by what applies the policies alone.
REVOKE ALL ON retention_log FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE retention_log ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY privacy_select ON retention_log
FOR SELECT TO lms_privacy
USING (TRUE);

COMMENT ON POLICY privacy_select ON retention_log IS
'Who serves data subjects reads all rows.';

CREATE POLICY auditor_select ON retention_log
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON retention_log IS
'An auditor reads all rows.';

GRANT SELECT ON retention_log TO lms_privacy, lms_auditor;
