-- What grading by the answer key comes to, for many attempts in one pass: grade_attempt and
-- regrade_assessment both read it here.
-- depends: functions/answer_points functions/is_omitted_answer
CREATE OR REPLACE FUNCTION derive_grades(p_attempt_ids uuid[]) RETURNS TABLE (
    attempt_id uuid,
    responses jsonb,
    score numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
-- most calls are for one: joins go by keys, and not through all attempts
ROWS 10
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
            a.correct_answers
        FROM assessment_attempts AS t
        INNER JOIN educational_assessments AS a ON t.assessment_id = a.id
        WHERE t.id = any(p_attempt_ids)
    ),

    -- of the ones that a person graded, and of those without a rule, the points are left
    response AS MATERIALIZED (
        SELECT
            attempt.id AS attempt_id,
            r.ordinality,
            r.value ->> 'question_id' AS question_id,
            CASE
                WHEN
                    q.rule IS NOT NULL
                    AND coalesce(r.value -> 'graded_by', 'null') = 'null'
                    THEN
                        r.value || jsonb_build_object(
                            'points', answer_points(q.rule, r.value -> 'answer', q.points)
                        )
                ELSE r.value
            END AS value
        FROM attempt
        CROSS JOIN LATERAL jsonb_array_elements(attempt.responses) WITH ORDINALITY AS r
        LEFT JOIN
            LATERAL (
                SELECT
                    (e.value -> 'points')::numeric AS points,
                    attempt.correct_answers -> (e.value ->> 'id') AS rule
                FROM jsonb_array_elements(attempt.questions) AS e
                WHERE (e.value ->> 'id') = (r.value ->> 'question_id')
            ) AS q ON TRUE
    ),

    written AS (
        SELECT
            r.attempt_id,
            jsonb_agg(r.value ORDER BY r.ordinality) AS responses
        FROM response AS r
        GROUP BY r.attempt_id
    ),

    -- a question with a rule that has no response was omitted
    point AS (
        SELECT
            attempt.id AS attempt_id,
            CASE
                WHEN r.value IS NOT NULL THEN nullif(r.value -> 'points', 'null')::numeric
                WHEN attempt.correct_answers ? (q.value ->> 'id') THEN 0
            END AS points
        FROM attempt
        CROSS JOIN LATERAL jsonb_array_elements(attempt.questions) AS q
        LEFT JOIN response AS r
            ON attempt.id = r.attempt_id AND (q.value ->> 'id') = r.question_id
    ),

    total AS (
        SELECT
            p.attempt_id,
            CASE WHEN every(p.points IS NOT NULL) THEN trim_scale(round(sum(p.points), 3)) END AS score
        FROM point AS p
        GROUP BY p.attempt_id
    )

    SELECT
        attempt.id,
        coalesce(written.responses, '[]'),
        total.score
    FROM attempt
    LEFT JOIN written ON attempt.id = written.attempt_id
    LEFT JOIN total ON attempt.id = total.attempt_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_grades(uuid[]) FROM public;

COMMENT ON FUNCTION derive_grades(uuid[]) IS
'For each attempt: its responses with the points that the answer key gives, and the score, their '
'sum over the questions to 3 decimals; NULL while a question has no points, and for an assessment '
'without questions. A response with graded_by and a question without a rule keep the points that '
'they have; a question with a rule and without a response counts 0.';
