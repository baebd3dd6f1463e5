-- Both sides know the link, also when it has ended; registrars make it for their learners. Not for
-- themselves: a guardian reads what the learner does in courses of others, too.
REVOKE ALL ON guardian_links FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE guardian_links ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON guardian_links
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON guardian_links IS
'A learner reads who their guardians are or were.';

CREATE POLICY guardian_select ON guardian_links
FOR SELECT TO lms_guardian
USING (guardian_id = (SELECT session_person()));

COMMENT ON POLICY guardian_select ON guardian_links IS
'A guardian reads their own links, ended ones too.';

CREATE POLICY registrar_select ON guardian_links
FOR SELECT TO lms_registrar
USING (learner_id = any((SELECT session_institution_learners())::uuid[]));

COMMENT ON POLICY registrar_select ON guardian_links IS
'A registrar reads the guardians of the learners of their institutions.';

CREATE POLICY registrar_insert ON guardian_links
FOR INSERT TO lms_registrar
WITH CHECK (
    learner_id = any((SELECT session_institution_learners())::uuid[])
    AND guardian_id <> (SELECT session_person())
);

COMMENT ON POLICY registrar_insert ON guardian_links IS
'A registrar links guardians to the learners of their institutions; themselves a colleague links.';

CREATE POLICY registrar_update ON guardian_links
FOR UPDATE TO lms_registrar
USING (learner_id = any((SELECT session_institution_learners())::uuid[]))
WITH CHECK (
    learner_id = any((SELECT session_institution_learners())::uuid[])
    AND guardian_id <> (SELECT session_person())
);

COMMENT ON POLICY registrar_update ON guardian_links IS
'A registrar changes the links to the learners of their institutions, such as until when they '
'count; not to make or keep themselves guardian.';

CREATE POLICY registrar_delete ON guardian_links
FOR DELETE TO lms_registrar
USING (learner_id = any((SELECT session_institution_learners())::uuid[]));

COMMENT ON POLICY registrar_delete ON guardian_links IS
'A registrar removes the links to the learners of their institutions.';

CREATE POLICY service_all ON guardian_links
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON guardian_links IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON guardian_links TO lms_learner, lms_guardian, lms_registrar;
GRANT INSERT, UPDATE, DELETE ON guardian_links TO lms_registrar;
GRANT SELECT, INSERT, UPDATE, DELETE ON guardian_links TO lms_service;
