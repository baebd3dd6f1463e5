-- A materialized view hides no row: whoever may read it reads all learners.
REVOKE ALL ON learner_progress_analytics FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON learner_progress_analytics TO lms_service;
