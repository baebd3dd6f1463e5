-- Written by refreshes, which run as the owner.
REVOKE ALL ON analytics_refresh_log FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE analytics_refresh_log ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
