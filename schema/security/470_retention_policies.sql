-- The owner decides: what a policy says is deleted.
REVOKE ALL ON retention_policies FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE retention_policies ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY privacy_select ON retention_policies
FOR SELECT TO lms_privacy
USING (TRUE);

COMMENT ON POLICY privacy_select ON retention_policies IS
'Who serves data subjects reads all rows.';

CREATE POLICY auditor_select ON retention_policies
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON retention_policies IS
'An auditor reads all rows.';

GRANT SELECT ON retention_policies TO lms_privacy, lms_auditor;
