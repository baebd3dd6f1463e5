-- Writes what derive_grades says. Whoever calls it has locked the attempts, so that what others
-- committed is seen. A score that a person gave is told by that it is not the one that was
-- computed last.
-- depends: functions/derive_grades functions/is_graded_attempt
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
    WITH graded AS (
        SELECT
            o.id,
            o.score AS old_score,
            d.responses,
            d.score,
            CASE o.completion_status
                WHEN 'in_progress' THEN FALSE
                WHEN 'submitted' THEN d.score IS NOT NULL OR d.responses <> o.responses
                ELSE
                    o.computed_score = o.score
                    AND d.score IS NOT NULL
                    AND (d.responses, d.score) <> (o.responses, o.score)
            END AS is_changed
        FROM derive_grades(p_attempt_ids) AS d
        INNER JOIN assessment_attempts AS o ON d.attempt_id = o.id
    ),

    -- where no point changes, others' points or what the questions are about may have
    written AS (
        UPDATE assessment_attempts AS t SET
            responses = CASE WHEN g.is_changed THEN g.responses ELSE t.responses END,
            score = CASE WHEN g.is_changed THEN coalesce(g.score, t.score) ELSE t.score END,
            computed_score = CASE
                WHEN g.is_changed THEN coalesce(g.score, t.computed_score)
                ELSE t.computed_score
            END,
            completion_status = CASE
                WHEN t.completion_status = 'submitted' AND g.score IS NOT NULL THEN 'graded'
                ELSE t.completion_status
            END,
            analyses = NULL
        FROM graded AS g
        WHERE
            t.id = g.id
            AND (g.is_changed OR is_graded_attempt(t.completion_status))
        RETURNING t.id, t.learner_id, g.old_score, t.score AS new_score, g.is_changed
    )

    SELECT w.id, w.learner_id, w.old_score, w.new_score
    FROM written AS w
    WHERE w.is_changed
    ORDER BY w.id;
END;
$$;

REVOKE EXECUTE ON FUNCTION grade_attempts(uuid[]) FROM public;

COMMENT ON FUNCTION grade_attempts(uuid[]) IS
'Grades these attempts, but for those in progress and those whose score a person gave, and returns '
'one row for each that changed. Submitted ones become graded once every question has points. What '
'graded ones tell of gaps and strengths is derived anew.';
