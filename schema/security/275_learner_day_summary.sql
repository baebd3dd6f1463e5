-- What course_daily_activity reads. No learner does: of their own rows alone it would say that they
-- are the only one active.
REVOKE ALL ON learner_day_summary FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learner_day_summary ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY instructor_select ON learner_day_summary
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON learner_day_summary IS
'An instructor reads the activity in the courses that they teach.';

CREATE POLICY registrar_select ON learner_day_summary
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON learner_day_summary IS
'A registrar reads the activity in the courses of their institutions.';

CREATE POLICY service_all ON learner_day_summary
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learner_day_summary IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learner_day_summary TO lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON learner_day_summary TO lms_service;
