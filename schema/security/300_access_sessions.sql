-- Whoever could write here would be whom they like. open_session and close_session do.
REVOKE ALL ON access_sessions FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE access_sessions ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
