-- Written by drop_expired_data alone; a persona reads.
REVOKE ALL ON expired_interaction_totals FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE expired_interaction_totals ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON expired_interaction_totals
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

CREATE POLICY guardian_select ON expired_interaction_totals
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

CREATE POLICY instructor_select ON expired_interaction_totals
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY registrar_select ON expired_interaction_totals
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY service_all ON expired_interaction_totals
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON expired_interaction_totals TO
lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON expired_interaction_totals TO lms_service;
