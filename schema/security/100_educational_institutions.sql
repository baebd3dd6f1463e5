-- Everybody sees the institutions that they have to do with.
REVOKE ALL ON educational_institutions FROM
lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth, lms_analyst,
lms_privacy, lms_auditor;

ALTER TABLE educational_institutions ENABLE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON educational_institutions
FOR SELECT TO lms_learner
USING (id = (SELECT session_own_institution()));

CREATE POLICY guardian_select ON educational_institutions
FOR SELECT TO lms_guardian
USING (id = any((SELECT session_ward_institutions())::uuid[]));

CREATE POLICY instructor_select ON educational_institutions
FOR SELECT TO lms_instructor
USING (id = any((SELECT session_taught_institutions())::uuid[]));

CREATE POLICY registrar_select ON educational_institutions
FOR SELECT TO lms_registrar
USING (id = any((SELECT session_institutions())::uuid[]));

CREATE POLICY service_all ON educational_institutions
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

GRANT SELECT ON educational_institutions TO
lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON educational_institutions TO lms_service;
