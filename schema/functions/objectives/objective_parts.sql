-- What objective_points of an attempt holds, as rows: the shape of it stands here, and in
-- derive_attempt_analysis, which makes it. In SQL without settings of its own, so that PostgreSQL
-- puts it in place: a call for each attempt would cost more.
CREATE OR REPLACE FUNCTION objective_parts(p_objective_points jsonb) RETURNS TABLE (
    objective_id text,
    points numeric,
    most_points numeric
)
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
ROWS 10
BEGIN ATOMIC
    SELECT
        o.key,
        (o.value -> 'points')::numeric,
        (o.value -> 'most')::numeric
    FROM jsonb_each(p_objective_points) AS o;
END;

REVOKE EXECUTE ON FUNCTION objective_parts(jsonb) FROM public;

COMMENT ON FUNCTION objective_parts(jsonb) IS
'A row for each objective of assessment_attempts.objective_points; none for NULL.';
