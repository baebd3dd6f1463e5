-- Totals of everybody: triggers and refreshes, which run as the owner, read and write them.
REVOKE ALL ON assessment_objective_totals FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE assessment_objective_totals ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
