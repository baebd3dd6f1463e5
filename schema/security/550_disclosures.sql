-- Written by record_disclosure.
REVOKE ALL ON disclosures FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE disclosures ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY auditor_select ON disclosures
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON disclosures IS
'An auditor reads all disclosures.';

GRANT SELECT ON disclosures TO lms_auditor;
