-- Everybody sees the institutions that they have to do with.
REVOKE ALL ON educational_institutions FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE educational_institutions ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON educational_institutions
FOR SELECT TO lms_learner
USING (id = (SELECT session_own_institution()));

COMMENT ON POLICY learner_select ON educational_institutions IS
'A learner reads their own institution.';

CREATE POLICY guardian_select ON educational_institutions
FOR SELECT TO lms_guardian
USING (id = any((SELECT session_ward_institutions())::uuid[]));

COMMENT ON POLICY guardian_select ON educational_institutions IS
'A guardian reads the institutions of their wards.';

CREATE POLICY instructor_select ON educational_institutions
FOR SELECT TO lms_instructor
USING (id = any((SELECT session_taught_institutions())::uuid[]));

COMMENT ON POLICY instructor_select ON educational_institutions IS
'An instructor reads the institutions of the courses that they teach.';

CREATE POLICY registrar_select ON educational_institutions
FOR SELECT TO lms_registrar
USING (id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_select ON educational_institutions IS
'A registrar reads the institutions that they work for.';

CREATE POLICY service_all ON educational_institutions
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON educational_institutions IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON educational_institutions TO
lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON educational_institutions TO lms_service;
