-- What learner_analytics reads. Figures of a learner span all their courses, so an instructor, who
-- knows some of these, reads none.
REVOKE ALL ON learner_summary FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE learner_summary ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learner_summary
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

CREATE POLICY guardian_select ON learner_summary
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

CREATE POLICY registrar_select ON learner_summary
FOR SELECT TO lms_registrar
USING (learner_id = any((SELECT session_institution_learners())::uuid[]));

CREATE POLICY service_all ON learner_summary
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON learner_summary TO lms_learner, lms_guardian, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON learner_summary TO lms_service;
