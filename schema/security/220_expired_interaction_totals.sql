-- Written by drop_expired_data alone; a persona reads.
REVOKE ALL ON expired_interaction_totals FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE expired_interaction_totals ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON expired_interaction_totals
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON expired_interaction_totals IS
'A learner reads their own totals.';

CREATE POLICY guardian_select ON expired_interaction_totals
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON expired_interaction_totals IS
'A guardian reads the totals of their wards.';

CREATE POLICY instructor_select ON expired_interaction_totals
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON expired_interaction_totals IS
'An instructor reads the totals of the courses that they teach.';

CREATE POLICY registrar_select ON expired_interaction_totals
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON expired_interaction_totals IS
'A registrar reads the totals of the courses of their institutions.';

CREATE POLICY service_all ON expired_interaction_totals
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON expired_interaction_totals IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON expired_interaction_totals TO
lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON expired_interaction_totals TO lms_service;
