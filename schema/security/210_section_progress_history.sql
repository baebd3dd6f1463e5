-- Written by a trigger alone. The history names sections, not courses: a person may teach thousands
-- of them, so that they are hashed. An array would be searched from its start for each row.
REVOKE ALL ON section_progress_history FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE section_progress_history ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON section_progress_history
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON section_progress_history IS
'A learner reads their own history.';

CREATE POLICY guardian_select ON section_progress_history
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON section_progress_history IS
'A guardian reads the history of their wards.';

CREATE POLICY instructor_select ON section_progress_history
FOR SELECT TO lms_instructor
USING (section_id IN (SELECT unnest(session_taught_sections())));

COMMENT ON POLICY instructor_select ON section_progress_history IS
'An instructor reads the history of the courses that they teach.';

CREATE POLICY registrar_select ON section_progress_history
FOR SELECT TO lms_registrar
USING (section_id IN (SELECT unnest(session_institution_sections())));

COMMENT ON POLICY registrar_select ON section_progress_history IS
'A registrar reads the history of the courses of their institutions.';

CREATE POLICY service_all ON section_progress_history
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON section_progress_history IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON section_progress_history TO
lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON section_progress_history TO lms_service;
