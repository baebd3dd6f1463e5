-- What learner_analytics reads. Figures of a learner span all their courses, so an instructor, who
-- knows some of these, reads none.
REVOKE ALL ON learner_summary FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE learner_summary ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON learner_summary
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON learner_summary IS
'A learner reads their own figures.';

CREATE POLICY guardian_select ON learner_summary
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON learner_summary IS
'A guardian reads the figures of their wards.';

CREATE POLICY registrar_select ON learner_summary
FOR SELECT TO lms_registrar
USING (learner_id = any((SELECT session_institution_learners())::uuid[]));

COMMENT ON POLICY registrar_select ON learner_summary IS
'A registrar reads the figures of the learners of their institutions.';

CREATE POLICY service_all ON learner_summary
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON learner_summary IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON learner_summary TO lms_learner, lms_guardian, lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON learner_summary TO lms_service;
