-- Row security of learners decides on the rows; learner_figures asks once more.
REVOKE ALL ON learner_analytics FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

GRANT SELECT ON learner_analytics TO lms_learner, lms_guardian, lms_registrar, lms_service;
