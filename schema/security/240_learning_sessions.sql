-- A learner keeps a diary of own sessions, which is not written long after or ahead; scores are not
-- theirs to give.
REVOKE ALL ON learning_sessions FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learning_sessions ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learning_sessions
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON learning_sessions IS
'A learner reads their own sessions.';

CREATE POLICY learner_insert ON learning_sessions
FOR INSERT TO lms_learner
WITH CHECK (
    learner_id = (SELECT session_person())
    AND course_id = any((SELECT session_current_courses())::uuid[])
    AND is_claimable_time(session_start)
    AND coalesce(is_claimable_time(session_end), TRUE)
);

COMMENT ON POLICY learner_insert ON learning_sessions IS
'A learner adds own sessions in the courses that they take: of the last 30 days, and none in the '
'future.';

CREATE POLICY learner_update ON learning_sessions
FOR UPDATE TO lms_learner
USING (
    learner_id = (SELECT session_person())
    AND course_id = any((SELECT session_current_courses())::uuid[])
)
WITH CHECK (
    learner_id = (SELECT session_person())
    AND coalesce(is_claimable_time(session_end), TRUE)
);

COMMENT ON POLICY learner_update ON learning_sessions IS
'A learner changes own sessions in the courses that they take, except for scores.';

CREATE POLICY guardian_select ON learning_sessions
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON learning_sessions IS
'A guardian reads the sessions of their wards.';

CREATE POLICY instructor_select ON learning_sessions
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON learning_sessions IS
'An instructor reads the sessions of the courses that they teach.';

CREATE POLICY registrar_select ON learning_sessions
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON learning_sessions IS
'A registrar reads the sessions of the courses of their institutions.';

CREATE POLICY service_all ON learning_sessions
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learning_sessions IS
'A backend that decides by itself reads and writes all rows.';

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
