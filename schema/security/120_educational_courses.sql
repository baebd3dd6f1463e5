-- A learner sees the courses that they take, and those that they may enroll in. Nobody moves a
-- course to another institution.
REVOKE ALL ON educational_courses FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE educational_courses ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON educational_courses
FOR SELECT TO lms_learner
USING (id = any((SELECT session_courses() || session_open_courses())::uuid[]));

CREATE POLICY guardian_select ON educational_courses
FOR SELECT TO lms_guardian
USING (id = any((SELECT session_ward_courses())::uuid[]));

CREATE POLICY instructor_select ON educational_courses
FOR SELECT TO lms_instructor
USING (id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY instructor_update ON educational_courses
FOR UPDATE TO lms_instructor
USING (id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (id = any((SELECT session_taught_courses())::uuid[]));

CREATE POLICY registrar_select ON educational_courses
FOR SELECT TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]));

CREATE POLICY registrar_insert ON educational_courses
FOR INSERT TO lms_registrar
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

CREATE POLICY registrar_update ON educational_courses
FOR UPDATE TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]))
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

CREATE POLICY service_all ON educational_courses
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON educational_courses TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT UPDATE (
    title, description, course_code, learning_objectives, difficulty_level, academic_credits,
    estimated_duration_hours, learning_theory_foundation, assessment_strategy,
    prerequisite_knowledge, content_format, delivery_method, status, published_at, academic_term
) ON educational_courses TO lms_instructor, lms_registrar;
GRANT INSERT (
    id, institution_id, title, description, course_code, learning_objectives, difficulty_level,
    academic_credits, estimated_duration_hours, learning_theory_foundation, assessment_strategy,
    prerequisite_knowledge, content_format, delivery_method, status, published_at, academic_term
) ON educational_courses TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON educational_courses TO lms_service;
