-- Appends to the totals of an assessment what an attempt adds and takes back. By row, so that a
-- trigger's WHEN can pass over attempts without objectives.
-- A definer, because nobody else writes the totals.
-- depends: functions/objective_parts
CREATE OR REPLACE FUNCTION append_objective_totals() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE assessment_objective_totals;
        RETURN NULL;
    END IF;
    -- of a row that is deleted, all that is new is NULL
    INSERT INTO assessment_objective_totals (assessment_id, objective_id, points, most_points)
    SELECT p.assessment_id, p.objective_id, sum(p.points), sum(p.most_points)
    FROM (
        SELECT
            old.assessment_id,
            o.objective_id,
            -o.points AS points,
            -o.most_points AS most_points
        FROM objective_parts(old.objective_points) AS o
        UNION ALL
        SELECT
            new.assessment_id,
            n.*
        FROM objective_parts(new.objective_points) AS n
    ) AS p
    GROUP BY p.assessment_id, p.objective_id
    HAVING sum(p.points) <> 0 OR sum(p.most_points) <> 0;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_objective_totals() FROM public;

COMMENT ON FUNCTION append_objective_totals() IS
'Trigger: has the sums of assessment_objective_totals follow objective_points of the attempts.';
