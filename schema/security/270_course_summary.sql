-- What course_analytics reads.
REVOKE ALL ON course_summary FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE course_summary ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY instructor_select ON course_summary
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON course_summary IS
'An instructor reads the figures of the courses that they teach.';

CREATE POLICY registrar_select ON course_summary
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON course_summary IS
'A registrar reads the figures of the courses of their institutions.';

CREATE POLICY service_all ON course_summary
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON course_summary IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON course_summary TO lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON course_summary TO lms_service;
