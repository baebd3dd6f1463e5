-- Who serves data subjects places a hold, and ends it. Nobody takes back that there was one.
REVOKE ALL ON legal_holds FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE legal_holds ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY privacy_select ON legal_holds
FOR SELECT TO lms_privacy
USING (TRUE);

COMMENT ON POLICY privacy_select ON legal_holds IS
'Who serves data subjects reads all rows.';

CREATE POLICY privacy_insert ON legal_holds
FOR INSERT TO lms_privacy
WITH CHECK (TRUE);

COMMENT ON POLICY privacy_insert ON legal_holds IS
'Who serves data subjects places a hold on anybody.';

CREATE POLICY privacy_update ON legal_holds
FOR UPDATE TO lms_privacy
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY privacy_update ON legal_holds IS
'Who serves data subjects says when a hold ends.';

CREATE POLICY auditor_select ON legal_holds
FOR SELECT TO lms_auditor
USING (TRUE);

COMMENT ON POLICY auditor_select ON legal_holds IS
'An auditor reads all rows.';

GRANT SELECT ON legal_holds TO lms_privacy, lms_auditor;
GRANT INSERT (learner_id, reason, held_until) ON legal_holds TO lms_privacy;
GRANT UPDATE (held_until) ON legal_holds TO lms_privacy;
