-- How far a progress row meets limits, in one place for the trigger that completes it and for
-- check_derived_columns.
CREATE OR REPLACE FUNCTION judge_completion(
    p_limits jsonb,
    p_seconds integer,
    p_interactions integer,
    p_score numeric,
    p_evidence integer
) RETURNS jsonb
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT
        jsonb_object_agg(
            l.key,
            jsonb_build_object(
                'value', c.value,
                'limit', l.value,
                'met', coalesce(c.value >= l.value::numeric, FALSE)
            )
        )
    FROM jsonb_each(p_limits) AS l
    LEFT JOIN (
        VALUES
        ('min_seconds', p_seconds::numeric),
        ('min_interactions', p_interactions),
        ('min_score', p_score),
        ('min_evidence', p_evidence)
    ) AS c (key, value) ON l.key = c.key
);

REVOKE EXECUTE ON FUNCTION judge_completion(jsonb, integer, integer, numeric, integer) FROM public;

COMMENT ON FUNCTION judge_completion(jsonb, integer, integer, numeric, integer) IS
'For each limit, {"min_seconds": number} and so on: {"value": number, "limit": number, "met": '
'boolean} of a progress row with so much active learning time, interactions, comprehension_score '
'and pieces of evidence in it. An unknown value meets nothing; NULL for no limit.';
