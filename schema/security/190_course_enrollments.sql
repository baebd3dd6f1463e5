-- A learner enrolls in what is open to them, and plans; who teaches grades; a registrar enrolls the
-- learners of the institution in its courses. Progress and grades are derived by triggers.
REVOKE ALL ON course_enrollments FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE course_enrollments ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON course_enrollments
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON course_enrollments IS
'A learner reads their own enrollments.';

CREATE POLICY learner_insert ON course_enrollments
FOR INSERT TO lms_learner
WITH CHECK (
    learner_id = (SELECT session_person())
    AND course_id = any((SELECT session_open_courses())::uuid[])
    AND enrollment_type = 'self_enrolled'
);

COMMENT ON POLICY learner_insert ON course_enrollments IS
'A learner enrolls in courses that are open to them.';

CREATE POLICY learner_update ON course_enrollments
FOR UPDATE TO lms_learner
USING (
    learner_id = (SELECT session_person())
    AND completion_status <> 'withdrawn'
)
WITH CHECK (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_update ON course_enrollments IS
'A learner changes goals and schedule of their own enrollments, until they leave.';

CREATE POLICY guardian_select ON course_enrollments
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON course_enrollments IS
'A guardian reads the enrollments of their wards.';

CREATE POLICY instructor_select ON course_enrollments
FOR SELECT TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_select ON course_enrollments IS
'An instructor reads the enrollments of the courses that they teach.';

CREATE POLICY instructor_update ON course_enrollments
FOR UPDATE TO lms_instructor
USING (course_id = any((SELECT session_taught_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_taught_courses())::uuid[]));

COMMENT ON POLICY instructor_update ON course_enrollments IS
'An instructor changes grade and status of the enrollments of the courses that they teach.';

CREATE POLICY registrar_select ON course_enrollments
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON course_enrollments IS
'A registrar reads the enrollments of the courses of their institutions.';

CREATE POLICY registrar_insert ON course_enrollments
FOR INSERT TO lms_registrar
WITH CHECK (
    course_id = any((SELECT session_institution_courses())::uuid[])
    AND learner_id = any((SELECT session_institution_learners())::uuid[])
);

COMMENT ON POLICY registrar_insert ON course_enrollments IS
'A registrar enrolls learners of their institutions in the courses of these.';

CREATE POLICY registrar_update ON course_enrollments
FOR UPDATE TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]))
WITH CHECK (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_update ON course_enrollments IS
'A registrar changes the enrollments of the courses of their institutions.';

CREATE POLICY service_all ON course_enrollments
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON course_enrollments IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON course_enrollments TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT INSERT (
    id, learner_id, course_id, personal_learning_goals, expected_completion_date, study_schedule
) ON course_enrollments TO lms_learner;
GRANT UPDATE (
    personal_learning_goals, expected_completion_date, study_schedule
) ON course_enrollments TO lms_learner;
GRANT UPDATE (
    final_grade, completion_status, completion_date
) ON course_enrollments TO lms_instructor;
GRANT INSERT (
    id, learner_id, course_id, enrollment_type, academic_term, expected_completion_date
) ON course_enrollments TO lms_registrar;
GRANT UPDATE (
    enrollment_type, academic_term, completion_status, completion_date, final_grade
) ON course_enrollments TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON course_enrollments TO lms_service;
