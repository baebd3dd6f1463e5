-- Row security of learner_day_summary decides on the rows.
REVOKE ALL ON course_daily_activity FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON course_daily_activity TO lms_instructor, lms_registrar, lms_service;
