-- Those who take an assessment, and their guardians, read neither the answers nor what is computed
-- from the attempts of others. Statistics are written by recalculate_course_metrics alone.
REVOKE ALL ON educational_assessments FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE educational_assessments ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON educational_assessments
FOR SELECT TO lms_learner
USING (course_id = any((SELECT session_courses())::uuid[]));

COMMENT ON POLICY learner_select ON educational_assessments IS
'A learner reads the assessments of the courses that they are enrolled in.';

CREATE POLICY guardian_select ON educational_assessments
FOR SELECT TO lms_guardian
USING (course_id = any((SELECT session_ward_courses())::uuid[]));

COMMENT ON POLICY guardian_select ON educational_assessments IS
'A guardian reads the assessments of the courses of their wards.';

CREATE POLICY instructor_select ON educational_assessments
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON educational_assessments IS
'An instructor reads the assessments of the courses that they teach.';

CREATE POLICY instructor_insert ON educational_assessments
FOR INSERT TO lms_instructor
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_insert ON educational_assessments IS
'An instructor adds assessments to the courses that they teach.';

CREATE POLICY instructor_update ON educational_assessments
FOR UPDATE TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_update ON educational_assessments IS
'An instructor changes the assessments of the courses that they teach.';

CREATE POLICY registrar_select ON educational_assessments
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON educational_assessments IS
'A registrar reads the assessments of the courses of their institutions.';

CREATE POLICY service_all ON educational_assessments
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON educational_assessments IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON educational_assessments TO lms_instructor, lms_registrar;
GRANT SELECT (
    id, course_id, section_id, title, assessment_type, format, learning_objectives,
    assessment_criteria, bloom_taxonomy_levels, total_points, passing_score, weight_in_course,
    time_limit_minutes, available_from, available_until, attempts_allowed, questions, created_at,
    updated_at
) ON educational_assessments TO lms_learner, lms_guardian;
GRANT INSERT (
    id, course_id, section_id, title, assessment_type, format, learning_objectives,
    assessment_criteria, bloom_taxonomy_levels, total_points, passing_score, weight_in_course,
    time_limit_minutes, available_from, available_until, attempts_allowed, questions,
    correct_answers, explanation_texts
) ON educational_assessments TO lms_instructor;
GRANT UPDATE (
    section_id, title, assessment_type, format, learning_objectives, assessment_criteria,
    bloom_taxonomy_levels, total_points, passing_score, weight_in_course, time_limit_minutes,
    available_from, available_until, attempts_allowed, questions, correct_answers, explanation_texts
) ON educational_assessments TO lms_instructor;
GRANT SELECT, INSERT, UPDATE, DELETE ON educational_assessments TO lms_service;
