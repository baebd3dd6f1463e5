-- Who got what on which question: what the analysis of attempts, mastery and the check of scores
-- rest on.
-- depends: functions/has_question_points functions/is_omitted_answer
CREATE OR REPLACE FUNCTION attempt_question_points(p_attempt_ids uuid[]) RETURNS TABLE (
    attempt_id uuid,
    question_id text,
    most numeric,
    points numeric,
    is_omitted boolean,
    objectives text[]
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- one attempt and all of an assessment want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH attempt AS MATERIALIZED (
        SELECT
            t.id,
            t.responses,
            a.questions,
            has_question_points(t.computed_score, t.responses) AS has_points
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE t.id = any(p_attempt_ids)
    ),

    response AS MATERIALIZED (
        SELECT
            attempt.id AS attempt_id,
            r.value ->> 'question_id' AS question_id,
            p.points,
            is_omitted_answer(r.value -> 'answer') AND coalesce(p.points, 0) = 0 AS is_omitted
        FROM attempt
        CROSS JOIN LATERAL jsonb_array_elements(attempt.responses) AS r
        CROSS JOIN LATERAL (
            SELECT nullif(r.value -> 'points', 'null')::numeric AS points
        ) AS p
        WHERE attempt.has_points
    )

    SELECT
        attempt.id,
        q.value ->> 'id',
        (q.value -> 'points')::numeric,
        CASE
            WHEN r.points IS NOT NULL THEN r.points
            WHEN coalesce(r.is_omitted, TRUE) THEN 0
        END,
        coalesce(r.is_omitted, TRUE),
        ARRAY(SELECT DISTINCT o.id FROM jsonb_array_elements_text(q.value -> 'objectives') AS o (id))
    FROM attempt
    CROSS JOIN LATERAL jsonb_array_elements(attempt.questions) AS q
    LEFT JOIN response AS r
        ON attempt.id = r.attempt_id AND (q.value ->> 'id') = r.question_id
    WHERE attempt.has_points;
END;
$$;

REVOKE EXECUTE ON FUNCTION attempt_question_points(uuid[]) FROM public;

COMMENT ON FUNCTION attempt_question_points(uuid[]) IS
'For each of these attempts and each question of its assessment: the most points, the points '
'reached, whether the answer was omitted, and the objectives that the question names. An omitted '
'answer without points has 0, an answer without points NULL; a response with points other than 0 '
'is an answer, whether or not it holds one. No row for an attempt of which no '
'response has points, and that grade_attempt did not grade.';
