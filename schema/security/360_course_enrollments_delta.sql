-- A queue of the analytics: triggers and refreshes, which run as the owner, read and write it.
REVOKE ALL ON course_enrollments_delta FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE course_enrollments_delta ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
