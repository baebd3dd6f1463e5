-- What refreshes, which run as the owner, add up from; nobody else reads or writes it.
REVOKE ALL ON learner_course_summary FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learner_course_summary ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
