-- Whoever could write here would decide who is believed. The owner does.
REVOKE ALL ON access_settings FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE access_settings ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
