-- Content is read by those who take the course, and written by those who teach it.
REVOKE ALL ON learning_modules FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learning_modules ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learning_modules
FOR SELECT TO lms_learner
USING (course_id = any((SELECT session_courses())::uuid[]));

COMMENT ON POLICY learner_select ON learning_modules IS
'A learner reads the modules of the courses that they are enrolled in.';

CREATE POLICY guardian_select ON learning_modules
FOR SELECT TO lms_guardian
USING (course_id = any((SELECT session_ward_courses())::uuid[]));

COMMENT ON POLICY guardian_select ON learning_modules IS
'A guardian reads the modules of the courses of their wards.';

CREATE POLICY instructor_select ON learning_modules
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON learning_modules IS
'An instructor reads the modules of the courses that they teach.';

CREATE POLICY instructor_insert ON learning_modules
FOR INSERT TO lms_instructor
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_insert ON learning_modules IS
'An instructor adds modules to the courses that they teach.';

CREATE POLICY instructor_update ON learning_modules
FOR UPDATE TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_update ON learning_modules IS
'An instructor changes the modules of the courses that they teach.';

CREATE POLICY registrar_select ON learning_modules
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON learning_modules IS
'A registrar reads the modules of the courses of their institutions.';

CREATE POLICY service_all ON learning_modules
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learning_modules IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learning_modules TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
-- by column: who may update a whole table may lock it, for all tenants
GRANT INSERT (
    id, course_id, title, description, module_order, learning_objectives, bloom_taxonomy_level,
    estimated_duration_minutes, prerequisite_modules, unlock_criteria, has_assessment,
    assessment_weight, minimum_passing_score, content_type, interaction_requirements
) ON learning_modules TO lms_instructor;
GRANT UPDATE (
    course_id, title, description, module_order, learning_objectives, bloom_taxonomy_level,
    estimated_duration_minutes, prerequisite_modules, unlock_criteria, has_assessment,
    assessment_weight, minimum_passing_score, content_type, interaction_requirements
) ON learning_modules TO lms_instructor;
GRANT SELECT, INSERT, UPDATE, DELETE ON learning_modules TO lms_service;
