-- A learner writes by record_my_interactions, which counts the event, too. Partitions have the flag
-- and no policy: events are read through this table alone.
REVOKE ALL ON learning_interactions FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learning_interactions ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learning_interactions
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON learning_interactions IS
'A learner reads their own events.';

CREATE POLICY guardian_select ON learning_interactions
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON learning_interactions IS
'A guardian reads the events of their wards.';

CREATE POLICY instructor_select ON learning_interactions
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON learning_interactions IS
'An instructor reads the events of the courses that they teach.';

CREATE POLICY registrar_select ON learning_interactions
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON learning_interactions IS
'A registrar reads the events of the courses of their institutions.';

CREATE POLICY service_all ON learning_interactions
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learning_interactions IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learning_interactions TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON learning_interactions TO lms_service;
