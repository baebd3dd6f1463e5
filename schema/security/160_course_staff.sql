-- Who teaches is known in the course, and appointed by the registrars of its institution.
REVOKE ALL ON course_staff FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE course_staff ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON course_staff
FOR SELECT TO lms_learner
USING (course_id = any((SELECT session_courses())::uuid[]));

CREATE POLICY guardian_select ON course_staff
FOR SELECT TO lms_guardian
USING (course_id = any((SELECT session_ward_courses())::uuid[]));

CREATE POLICY instructor_select ON course_staff
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY registrar_select ON course_staff
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY registrar_insert ON course_staff
FOR INSERT TO lms_registrar
WITH CHECK (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY registrar_update ON course_staff
FOR UPDATE TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY registrar_delete ON course_staff
FOR DELETE TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY service_all ON course_staff
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON course_staff TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT INSERT, UPDATE, DELETE ON course_staff TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON course_staff TO lms_service;
