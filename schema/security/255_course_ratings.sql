-- A learner rates the courses that they take, and takes a rating back. Who teaches reads the mean
-- in the course, not who gave what: they grade those who rate.
REVOKE ALL ON course_ratings FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE course_ratings ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON course_ratings
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON course_ratings IS
'A learner reads their own ratings.';

CREATE POLICY learner_insert ON course_ratings
FOR INSERT TO lms_learner
WITH CHECK (
    learner_id = (SELECT session_person())
    AND course_id = any((SELECT session_courses())::uuid[])
);

COMMENT ON POLICY learner_insert ON course_ratings IS
'A learner rates the courses that they are enrolled in.';

CREATE POLICY learner_update ON course_ratings
FOR UPDATE TO lms_learner
USING (learner_id = (SELECT session_person()))
WITH CHECK (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_update ON course_ratings IS
'A learner changes their own ratings.';

CREATE POLICY learner_delete ON course_ratings
FOR DELETE TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_delete ON course_ratings IS
'A learner takes their own ratings back.';

CREATE POLICY guardian_select ON course_ratings
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON course_ratings IS
'A guardian reads the ratings of their wards.';

CREATE POLICY registrar_select ON course_ratings
FOR SELECT TO lms_registrar
USING (course_id = any((SELECT session_institution_courses())::uuid[]));

COMMENT ON POLICY registrar_select ON course_ratings IS
'A registrar reads the ratings of the courses of their institutions.';

CREATE POLICY service_all ON course_ratings
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON course_ratings IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT, DELETE ON course_ratings TO lms_learner;
GRANT INSERT (course_id, learner_id, rating, review) ON course_ratings TO lms_learner;
GRANT UPDATE (rating, review) ON course_ratings TO lms_learner;
GRANT SELECT ON course_ratings TO lms_guardian, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON course_ratings TO lms_service;
