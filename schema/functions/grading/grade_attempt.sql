-- Grading of one attempt. The assessment is locked first, as by who changes it: an answer key that
-- changes at the same time is waited for.
-- depends: functions/grade_attempts
CREATE OR REPLACE FUNCTION grade_attempt(p_attempt_id uuid) RETURNS numeric
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_status attempt_status;
BEGIN
    PERFORM FROM educational_assessments AS a
    WHERE a.id = (SELECT t.assessment_id FROM assessment_attempts AS t WHERE t.id = p_attempt_id)
    FOR SHARE;

    SELECT t.completion_status INTO v_status
    FROM assessment_attempts AS t
    WHERE t.id = p_attempt_id
    FOR NO KEY UPDATE;
    IF v_status IS NULL THEN
        RAISE no_data_found USING
            MESSAGE = format('attempt %s does not exist', coalesce(p_attempt_id::text, 'NULL')),
            HINT = 'Give the id of a row of assessment_attempts.';
    ELSIF v_status = 'in_progress' THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('attempt %s is in progress', p_attempt_id),
            HINT = 'Set its completion_status to submitted first.';
    END IF;

    PERFORM grade_attempts(ARRAY[p_attempt_id]);
    RETURN (SELECT t.score FROM assessment_attempts AS t WHERE t.id = p_attempt_id);
END;
$$;

REVOKE EXECUTE ON FUNCTION grade_attempt(uuid) FROM public;

COMMENT ON FUNCTION grade_attempt(uuid) IS
'Grades a submitted attempt by correct_answers of its assessment: writes points into its responses '
'and, once every question has points, their sum as score, and the status graded. A question '
'without a rule, or whose response says graded_by, waits for a person, who writes the points into '
'the response; then call it again. A score that a person gave stays. Returns the score, NULL while '
'a question waits. Raises P0002 for an unknown attempt, 55000 for one in progress. Locks the '
'assessment (share) and the attempt until the transaction ends.';
