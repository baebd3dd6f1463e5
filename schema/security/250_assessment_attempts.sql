-- A learner answers and submits: now, not at a time of their choice, and without points. After that
-- the attempt is closed to them, and who teaches grades it.
REVOKE ALL ON assessment_attempts FROM
public, lms_learner, lms_guardian, lms_instructor, lms_registrar, lms_service, lms_auth,
lms_analyst, lms_privacy, lms_auditor;

ALTER TABLE assessment_attempts ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;

CREATE POLICY learner_select ON assessment_attempts
FOR SELECT TO lms_learner
USING (learner_id = (SELECT session_person()));

COMMENT ON POLICY learner_select ON assessment_attempts IS
'A learner reads their own attempts.';

CREATE POLICY learner_insert ON assessment_attempts
FOR INSERT TO lms_learner
WITH CHECK (
    learner_id = (SELECT session_person())
    AND assessment_id = any((SELECT session_assessments())::uuid[])
    AND is_recent_transaction()
    AND CASE completion_status
        WHEN 'in_progress' THEN submitted_at IS NULL
        WHEN 'submitted' THEN submitted_at = now()
        ELSE FALSE
    END
    AND NOT jsonb_path_exists(responses, '$[*] ? (exists(@.points) || exists(@.graded_by))')
);

COMMENT ON POLICY learner_insert ON assessment_attempts IS
'A learner begins own attempts in the courses that they take; they give no points, and who submits '
'does so now.';

CREATE POLICY learner_update ON assessment_attempts
FOR UPDATE TO lms_learner
USING (
    learner_id = (SELECT session_person())
    AND assessment_id = any((SELECT session_assessments())::uuid[])
    AND completion_status = 'in_progress'
)
WITH CHECK (
    learner_id = (SELECT session_person())
    AND CASE completion_status
        WHEN 'in_progress' THEN submitted_at IS NULL
        WHEN 'submitted' THEN submitted_at = now() AND is_recent_transaction()
        ELSE FALSE
    END
    AND NOT jsonb_path_exists(responses, '$[*] ? (exists(@.points) || exists(@.graded_by))')
);

COMMENT ON POLICY learner_update ON assessment_attempts IS
'A learner answers and submits own attempts in progress, in the courses that they take; they give '
'no points, and who submits does so now.';

CREATE POLICY guardian_select ON assessment_attempts
FOR SELECT TO lms_guardian
USING (learner_id = any((SELECT session_wards())::uuid[]));

COMMENT ON POLICY guardian_select ON assessment_attempts IS
'A guardian reads the attempts of their wards.';

CREATE POLICY instructor_select ON assessment_attempts
FOR SELECT TO lms_instructor
USING (assessment_id = any((SELECT session_taught_assessments())::uuid[]));

COMMENT ON POLICY instructor_select ON assessment_attempts IS
'An instructor reads the attempts of the courses that they teach.';

CREATE POLICY instructor_update ON assessment_attempts
FOR UPDATE TO lms_instructor
USING (assessment_id = any((SELECT session_taught_assessments())::uuid[]))
WITH CHECK (assessment_id = any((SELECT session_taught_assessments())::uuid[]));

COMMENT ON POLICY instructor_update ON assessment_attempts IS
'An instructor grades the attempts of the courses that they teach.';

CREATE POLICY registrar_select ON assessment_attempts
FOR SELECT TO lms_registrar
USING (assessment_id = any((SELECT session_institution_assessments())::uuid[]));

COMMENT ON POLICY registrar_select ON assessment_attempts IS
'A registrar reads the attempts of the courses of their institutions.';

CREATE POLICY service_all ON assessment_attempts
TO lms_service
USING (TRUE)
WITH CHECK (TRUE);

COMMENT ON POLICY service_all ON assessment_attempts IS
'A backend that decides by itself reads and writes all rows.';

GRANT SELECT ON assessment_attempts TO lms_learner, lms_guardian, lms_instructor, lms_registrar;
GRANT INSERT (
    id, learner_id, assessment_id, attempt_number, submitted_at, responses, completion_status,
    device_info
) ON assessment_attempts TO lms_learner;
GRANT UPDATE (
    submitted_at, responses, completion_status, device_info
) ON assessment_attempts TO lms_learner;
GRANT UPDATE (
    score, instructor_feedback, automated_feedback, improvement_suggestions, completion_status,
    supplied
) ON assessment_attempts TO lms_instructor;
GRANT SELECT, INSERT, UPDATE, DELETE ON assessment_attempts TO lms_service;
