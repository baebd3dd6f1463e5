-- Who got how many points on which item: the matrix that all item statistics are computed from.
-- One attempt a learner, the first graded one: later ones break the model of classical test theory.
-- Points are rounded to 12 decimals, so that each fits the double precision of the statistics.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION assessment_item_scores(p_assessment_id uuid) RETURNS TABLE (
    attempt_id uuid,
    item_id text,
    item_order bigint,
    item_points numeric,
    score numeric,
    total numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH item AS MATERIALIZED (
        SELECT
            q.value ->> 'id' AS id,
            q.ordinality AS item_order,
            round((q.value ->> 'points')::numeric, 12) AS points
        FROM educational_assessments AS a
        CROSS JOIN LATERAL jsonb_array_elements(a.questions) WITH ORDINALITY AS q
        WHERE a.id = p_assessment_id
    ),

    attempt AS MATERIALIZED (
        SELECT DISTINCT ON (t.learner_id)
            t.id,
            t.responses
        FROM assessment_attempts AS t
        WHERE
            t.assessment_id = p_assessment_id
            AND is_graded_attempt(t.completion_status)
        ORDER BY t.learner_id, t.attempt_number
    ),

    response AS MATERIALIZED (
        SELECT
            attempt.id AS attempt_id,
            item.item_order,
            round(nullif(r.value -> 'points', 'null')::numeric, 12) AS points
        FROM attempt
        CROSS JOIN LATERAL jsonb_array_elements(attempt.responses) AS r
        INNER JOIN item ON (r.value ->> 'question_id') = item.id
    ),

    whole AS (
        SELECT
            r.attempt_id,
            sum(r.points) AS total
        FROM response AS r
        GROUP BY r.attempt_id
    )

    SELECT
        attempt.id AS attempt_id,
        item.id AS item_id,
        item.item_order,
        item.points,
        coalesce(response.points, 0),
        coalesce(whole.total, 0)
    FROM attempt
    CROSS JOIN item
    LEFT JOIN whole ON attempt.id = whole.attempt_id
    LEFT JOIN response
        ON attempt.id = response.attempt_id AND item.item_order = response.item_order;
END;
$$;

REVOKE EXECUTE ON FUNCTION assessment_item_scores(uuid) FROM public;

COMMENT ON FUNCTION assessment_item_scores(uuid) IS
'One row for each learner with a graded attempt, the first one, and each item of questions: points '
'of the response, 0 where it is missing, the most that the item gives, and the total over all '
'items. Points to 12 decimals.';
