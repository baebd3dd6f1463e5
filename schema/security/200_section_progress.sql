-- Written by record_interaction and by the application, as lms_service; a persona reads.
REVOKE ALL ON section_progress FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE section_progress ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON section_progress
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

CREATE POLICY guardian_select ON section_progress
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

CREATE POLICY instructor_select ON section_progress
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY registrar_select ON section_progress
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY service_all ON section_progress
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON section_progress TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON section_progress TO lms_service;
