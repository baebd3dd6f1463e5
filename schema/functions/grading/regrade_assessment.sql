-- Grading of all attempts of an assessment, after its answer key, points or questions changed.
-- depends: functions/grade_attempts
CREATE OR REPLACE FUNCTION regrade_assessment(p_assessment_id uuid) RETURNS TABLE (
    attempt_id uuid,
    learner_id uuid,
    old_score numeric,
    new_score numeric
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_ids uuid[];
BEGIN
    PERFORM FROM educational_assessments AS a
    WHERE a.id = p_assessment_id
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE no_data_found USING
            MESSAGE = format(
                'assessment %s does not exist', coalesce(p_assessment_id::text, 'NULL')
            ),
            HINT = 'Give the id of a row of educational_assessments.';
    END IF;

    v_ids := ARRAY(
        SELECT t.id FROM assessment_attempts AS t
        WHERE t.assessment_id = p_assessment_id
        ORDER BY t.id
        FOR NO KEY UPDATE
    );
    RETURN QUERY SELECT g.* FROM grade_attempts(v_ids) AS g;
END;
$$;

REVOKE EXECUTE ON FUNCTION regrade_assessment(uuid) FROM public;

COMMENT ON FUNCTION regrade_assessment(uuid) IS
'Grades all submitted and graded attempts of the assessment as grade_attempt does, and returns one '
'row for each that changed, with its score before and after (NULL: none yet), in the order of '
'ids. What a person graded stays: points of a response with graded_by or of a question without a '
'rule, a score that differs from computed_score, and a grade where a question now waits. Raises '
'P0002 for an unknown assessment. Locks the assessment (share) and all its attempts, in the order '
'of their ids, until the transaction ends.';
