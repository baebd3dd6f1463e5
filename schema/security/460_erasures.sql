-- Written by erase_learner alone.
REVOKE ALL ON erasures FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE erasures ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY privacy_select ON erasures
FOR SELECT TO lms_privacy
USING (TRUE);

COMMENT ON POLICY privacy_select ON erasures IS
'Who serves data subjects reads all rows.';

CREATE POLICY auditor_select ON erasures
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON erasures IS
'An auditor reads all rows.';

GRANT SELECT ON erasures TO lms_privacy, lms_auditor;
