-- A learner keeps a diary of own sessions; scores are not theirs to give.
REVOKE ALL ON learning_sessions FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE learning_sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learning_sessions
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

CREATE POLICY learner_insert ON learning_sessions
FOR INSERT TO lms_learner
WITH CHECK (
    learner_id = (SELECT session_person())
    AND course_id = any((SELECT session_courses())::uuid[])
);

CREATE POLICY learner_update ON learning_sessions
FOR UPDATE TO lms_learner
USING (learner_id = (SELECT session_person()))
WITH CHECK (learner_id = (SELECT session_person()));

CREATE POLICY guardian_select ON learning_sessions
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

CREATE POLICY instructor_select ON learning_sessions
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY registrar_select ON learning_sessions
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

CREATE POLICY service_all ON learning_sessions
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON learning_sessions TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT INSERT (
    id, learner_id, course_id, session_start, session_end, intended_goals, actual_accomplishments,
    focus_areas, study_environment, study_materials_used, collaboration_occurred
) ON learning_sessions TO lms_learner;
GRANT UPDATE (
    session_end, intended_goals, actual_accomplishments, focus_areas, study_environment,
    study_materials_used, collaboration_occurred
) ON learning_sessions TO lms_learner;
GRANT SELECT, INSERT, UPDATE, DELETE ON learning_sessions TO lms_service;
