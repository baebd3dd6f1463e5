-- Written by record_consent and record_my_consent. A learner reads the latest state in learners.
REVOKE ALL ON consent_events FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE consent_events ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY auditor_select ON consent_events
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON consent_events IS
'An auditor reads all consents.';

GRANT SELECT ON consent_events TO lms_auditor;
