-- Who teaches is known in the course, and appointed by the registrars of its institution.
REVOKE ALL ON course_staff FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE course_staff ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON course_staff
FOR SELECT TO lms_learner
USING (course_id = any((SELECT session_courses())::uuid[]));

COMMENT ON POLICY learner_select ON course_staff IS
'A learner reads who teaches the courses that they are enrolled in.';

CREATE POLICY guardian_select ON course_staff
FOR SELECT TO lms_guardian
USING (course_id = any((SELECT session_ward_courses())::uuid[]));

COMMENT ON POLICY guardian_select ON course_staff IS
'A guardian reads who teaches the courses of their wards.';

CREATE POLICY instructor_select ON course_staff
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON course_staff IS
'An instructor reads who else teaches their courses.';

CREATE POLICY registrar_select ON course_staff
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON course_staff IS
'A registrar reads who teaches the courses of their institutions.';

CREATE POLICY registrar_insert ON course_staff
FOR INSERT TO lms_registrar
WITH CHECK (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_insert ON course_staff IS
'A registrar appoints who teaches the courses of their institutions.';

CREATE POLICY registrar_update ON course_staff
FOR UPDATE TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_update ON course_staff IS
'A registrar changes who teaches the courses of their institutions, and until when.';

CREATE POLICY registrar_delete ON course_staff
FOR DELETE TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_delete ON course_staff IS
'A registrar dismisses who teaches the courses of their institutions.';

CREATE POLICY service_all ON course_staff
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON course_staff IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON course_staff TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT INSERT, UPDATE, DELETE ON course_staff TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON course_staff TO lms_service;
