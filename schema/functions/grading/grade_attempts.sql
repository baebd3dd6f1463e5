-- Writes what derive_grades says. Whoever calls it has locked the attempts, so that what others
-- committed is seen. A score that a person gave is told by that it is not the one that was
-- computed last.
-- depends: functions/derive_grades
CREATE OR REPLACE FUNCTION grade_attempts(p_attempt_ids uuid[]) RETURNS TABLE (
    attempt_id uuid,
    learner_id uuid,
    old_score numeric,
    new_score numeric
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
    WITH written AS (
        UPDATE assessment_attempts AS t SET
            responses = d.responses,
            score = coalesce(d.score, o.score),
            computed_score = coalesce(d.score, o.computed_score),
            completion_status = CASE
                WHEN o.completion_status = 'submitted' AND d.score IS NOT NULL THEN 'graded'
                ELSE o.completion_status
            END
        FROM derive_grades(p_attempt_ids) AS d
        INNER JOIN assessment_attempts AS o ON d.attempt_id = o.id
        WHERE
            t.id = d.attempt_id
            AND CASE o.completion_status
                WHEN 'in_progress' THEN FALSE
                WHEN 'submitted' THEN d.score IS NOT NULL OR d.responses <> o.responses
                ELSE
                    o.computed_score = o.score
                    AND d.score IS NOT NULL
                    AND (d.responses, d.score) <> (o.responses, o.score)
            END
        RETURNING t.id, t.learner_id, o.score AS old_score, t.score AS new_score
    )

    SELECT w.* FROM written AS w
    ORDER BY w.id;
END;
$$;

REVOKE EXECUTE ON FUNCTION grade_attempts(uuid[]) FROM public;

COMMENT ON FUNCTION grade_attempts(uuid[]) IS
'Grades these attempts, but for those in progress and those whose score a person gave, and returns '
'one row for each that changed. Submitted ones become graded once every question has points.';
