-- Content is read by those who take the course, and written by those who teach it.
REVOKE ALL ON learning_sections FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learning_sections ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learning_sections
FOR SELECT TO lms_learner
USING (course_id = any((SELECT session_courses())::uuid[]));

COMMENT ON POLICY learner_select ON learning_sections IS
'A learner reads the sections of the courses that they are enrolled in.';

CREATE POLICY guardian_select ON learning_sections
FOR SELECT TO lms_guardian
USING (course_id = any((SELECT session_ward_courses())::uuid[]));

COMMENT ON POLICY guardian_select ON learning_sections IS
'A guardian reads the sections of the courses of their wards.';

CREATE POLICY instructor_select ON learning_sections
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON learning_sections IS
'An instructor reads the sections of the courses that they teach.';

CREATE POLICY instructor_insert ON learning_sections
FOR INSERT TO lms_instructor
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_insert ON learning_sections IS
'An instructor adds sections to the courses that they teach.';

CREATE POLICY instructor_update ON learning_sections
FOR UPDATE TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_update ON learning_sections IS
'An instructor changes the sections of the courses that they teach.';

CREATE POLICY registrar_select ON learning_sections
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON learning_sections IS
'A registrar reads the sections of the courses of their institutions.';

CREATE POLICY service_all ON learning_sections
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learning_sections IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learning_sections TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
-- by column: who may update a whole table may lock it, for all tenants
GRANT INSERT (
    id, module_id, title, section_order, content_type, content_data, learning_activities,
    section_objectives, assessment_criteria, difficulty_adaptations, accessibility_adaptations,
    estimated_reading_time, minimum_engagement_time, unlock_conditions, completion_criteria
) ON learning_sections TO lms_instructor;
GRANT UPDATE (
    module_id, title, section_order, content_type, content_data, learning_activities,
    section_objectives, assessment_criteria, difficulty_adaptations, accessibility_adaptations,
    estimated_reading_time, minimum_engagement_time, unlock_conditions, completion_criteria
) ON learning_sections TO lms_instructor;
GRANT SELECT, INSERT, UPDATE, DELETE ON learning_sections TO lms_service;
