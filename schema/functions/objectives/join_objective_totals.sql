-- Makes one part of all parts of an objective, where any were appended. One statement and so one
-- snapshot: what is appended meanwhile stays a part of its own.
CREATE OR REPLACE FUNCTION join_objective_totals() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_is_done boolean;
BEGIN
    WITH part AS (
        DELETE FROM assessment_objective_totals AS t
        WHERE
            t.assessment_id IN (
                SELECT a.assessment_id
                FROM assessment_objective_totals AS a
                WHERE NOT a.is_joined
            )
        RETURNING t.assessment_id, t.objective_id, t.points, t.most_points
    ),

    whole AS (
        INSERT INTO assessment_objective_totals (
            assessment_id, objective_id, points, most_points, is_joined
        )
        SELECT p.assessment_id, p.objective_id, sum(p.points), sum(p.most_points), TRUE
        FROM part AS p
        GROUP BY p.assessment_id, p.objective_id
        HAVING sum(p.points) <> 0 OR sum(p.most_points) <> 0
    )

    SELECT TRUE INTO v_is_done;
END;
$$;

REVOKE EXECUTE ON FUNCTION join_objective_totals() FROM public;

COMMENT ON FUNCTION join_objective_totals() IS
'Joins the parts of assessment_objective_totals. For refresh_learning_analytics, which sees to it '
'that one runs at a time.';
