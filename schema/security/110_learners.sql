-- A learner sets their own preferences, a registrar keeps the identities. An instructor knows the
-- roster by what teaching needs: not the preferences, the consent or the analytics profile.
REVOKE ALL ON learners FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learners ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learners
FOR SELECT TO lms_learner
USING (id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON learners IS
'A learner reads their own row.';

CREATE POLICY learner_update ON learners
FOR UPDATE TO lms_learner
USING (id = (SELECT session_person()))
WITH CHECK (id = (SELECT session_person()));

COMMENT ON POLICY learner_update ON learners IS
'A learner changes their own preferences.';

CREATE POLICY guardian_select ON learners
FOR SELECT TO lms_guardian
USING (id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON learners IS
'A guardian reads their wards.';

CREATE POLICY instructor_select ON learners
FOR SELECT TO lms_instructor
USING (id = any((SELECT session_roster())::uuid[]));

COMMENT ON POLICY instructor_select ON learners IS
'An instructor reads the learners who are enrolled in the courses that they teach.';

CREATE POLICY registrar_select ON learners
FOR SELECT TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_select ON learners IS
'A registrar reads the learners of their institutions.';

CREATE POLICY registrar_insert ON learners
FOR INSERT TO lms_registrar
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_insert ON learners IS
'A registrar adds learners to their institutions.';

CREATE POLICY registrar_update ON learners
FOR UPDATE TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]))
WITH CHECK (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_update ON learners IS
'A registrar changes the identity of the learners of their institutions.';

CREATE POLICY service_all ON learners
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learners IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learners TO lms_learner, lms_guardian, lms_registrar;
GRANT SELECT (
    id, institution_id, email, first_name, last_name, academic_level, accessibility_needs,
    learning_pace, last_login
) ON learners TO lms_instructor;
GRANT UPDATE (
    learning_style, accessibility_needs, preferred_difficulty, learning_pace,
    notification_preferences, privacy_settings
) ON learners TO lms_learner;
-- not the id: it is a person, who may have authority somewhere else
GRANT INSERT (
    institution_id, email, first_name, last_name, academic_level, accessibility_needs, data_consent
) ON learners TO lms_registrar;
GRANT UPDATE (
    email, first_name, last_name, academic_level, accessibility_needs
) ON learners TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON learners TO lms_service;
