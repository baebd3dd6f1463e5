-- A learner sees the courses that they take, and those that they may enroll in. Nobody moves a
-- course to another institution.
REVOKE ALL ON educational_courses FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE educational_courses ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON educational_courses
FOR SELECT TO lms_learner
USING (id = any((SELECT session_courses() || session_open_courses())::uuid[]));

COMMENT ON POLICY learner_select ON educational_courses IS
'A learner reads the courses that they are enrolled in or may enroll in.';

CREATE POLICY guardian_select ON educational_courses
FOR SELECT TO lms_guardian
USING (id = any((SELECT session_ward_courses())::uuid[]));

COMMENT ON POLICY guardian_select ON educational_courses IS
'A guardian reads the courses of their wards.';

CREATE POLICY instructor_select ON educational_courses
FOR SELECT TO lms_instructor
USING (id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON educational_courses IS
'An instructor reads the courses that they teach.';

CREATE POLICY instructor_update ON educational_courses
FOR UPDATE TO lms_instructor
USING (id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_update ON educational_courses IS
'An instructor changes content and status of the courses that they teach.';

CREATE POLICY registrar_select ON educational_courses
FOR SELECT TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_select ON educational_courses IS
'A registrar reads the courses of their institutions.';

CREATE POLICY registrar_insert ON educational_courses
FOR INSERT TO lms_registrar
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_insert ON educational_courses IS
'A registrar adds courses to their institutions.';

CREATE POLICY registrar_update ON educational_courses
FOR UPDATE TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]))
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_update ON educational_courses IS
'A registrar changes the courses of their institutions.';

CREATE POLICY service_all ON educational_courses
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON educational_courses IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON educational_courses TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT UPDATE (
    title, description, course_code, learning_objectives, difficulty_level, academic_credits,
    estimated_duration_hours, learning_theory_foundation, assessment_strategy,
    prerequisite_knowledge, content_format, delivery_method, status, published_at, academic_term,
    completion_rule, derive_sessions
) ON educational_courses TO lms_instructor, lms_registrar;
GRANT INSERT (
    id, institution_id, title, description, course_code, learning_objectives, difficulty_level,
    academic_credits, estimated_duration_hours, learning_theory_foundation, assessment_strategy,
    prerequisite_knowledge, content_format, delivery_method, status, published_at, academic_term,
    completion_rule, derive_sessions
) ON educational_courses TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON educational_courses TO lms_service;
