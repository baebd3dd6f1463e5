-- Row security of educational_courses decides on the rows; course_figures asks once more.
REVOKE ALL ON course_analytics FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON course_analytics TO lms_instructor, lms_registrar, lms_service;
