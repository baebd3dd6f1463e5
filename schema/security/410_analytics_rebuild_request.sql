-- Written by triggers, which run as the owner.
REVOKE ALL ON analytics_rebuild_request FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE analytics_rebuild_request ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
