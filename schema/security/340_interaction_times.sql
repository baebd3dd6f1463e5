-- Kept by triggers, which run as the owner; nobody else reads or writes it.
REVOKE ALL ON interaction_times FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE interaction_times ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
