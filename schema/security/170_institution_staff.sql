-- Registrars know each other. Who appoints them is the application, as lms_service.
REVOKE ALL ON institution_staff FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE institution_staff ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY registrar_select ON institution_staff
FOR SELECT TO lms_registrar
USING (institution_id = any((SELECT session_institutions())::uuid[]));

COMMENT ON POLICY registrar_select ON institution_staff IS
'A registrar reads who works for their institutions.';

CREATE POLICY service_all ON institution_staff
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON institution_staff IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON institution_staff TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON institution_staff TO lms_service;
