-- A materialized view hides no row: whoever may read it reads all courses.
REVOKE ALL ON learning_analytics_dashboard FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON learning_analytics_dashboard TO lms_service;
