-- What the statistics of an assessment and of its items are computed from, in one pass over the
-- scores. Sums are those of double precision, but whether anything varies at all, and who ties at a
-- cut, is asked of exact numbers: there, equal fractions may seem to differ.
-- depends: functions/assessment_item_scores
CREATE OR REPLACE FUNCTION assessment_item_measures(p_assessment_id uuid) RETURNS TABLE (
    item_order bigint,
    n bigint,
    facility double precision,
    point_biserial double precision,
    item_rest double precision,
    d27 double precision,
    variance double precision,
    rest_variance double precision,
    total_variance double precision
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH score AS MATERIALIZED (
        SELECT
            s.item_order,
            s.item_points,
            s.score,
            s.total,
            s.total - s.score AS rest,
            s.score::double precision AS x,
            s.total::double precision AS t
        FROM assessment_item_scores(p_assessment_id) AS s
    ),

    -- totals in ascending order; groups of 27 %, where ties at a cut go to the higher group
    ranked AS (
        SELECT array_agg(e.total ORDER BY e.total) AS totals
        FROM (
            SELECT s.total FROM score AS s
            WHERE s.item_order = 1
        ) AS e
    ),

    -- materialized: else the array would be walked for each score
    cut AS MATERIALIZED (
        SELECT
            r.totals[g.size + 1] AS lower,
            CASE WHEN g.size > 0 THEN r.totals[cardinality(r.totals) - g.size + 1] END AS upper
        FROM ranked AS r
        CROSS JOIN LATERAL (
            SELECT round(0.27 * cardinality(r.totals))::integer AS size
        ) AS g
    ),

    measured AS (
        SELECT
            s.item_order,
            count(*) AS n,
            avg(s.x) / nullif(s.item_points, 0)::double precision AS facility,
            corr(s.x, s.t) AS point_biserial,
            corr(s.x, s.t - s.x) AS item_rest,
            (
                avg(s.x) FILTER (WHERE s.total >= cut.upper)
                - avg(s.x) FILTER (WHERE s.total < cut.lower)
            ) / nullif(s.item_points, 0)::double precision AS d27,
            var_pop(s.x) AS variance,
            var_pop(s.t - s.x) AS rest_variance,
            var_pop(s.t) AS total_variance,
            min(s.score) < max(s.score) AS score_varies,
            min(s.rest) < max(s.rest) AS rest_varies,
            min(s.total) < max(s.total) AS total_varies
        FROM score AS s
        CROSS JOIN cut
        GROUP BY s.item_order, s.item_points
    )

    SELECT
        m.item_order,
        m.n,
        m.facility,
        CASE WHEN m.score_varies AND m.total_varies THEN m.point_biserial END,
        CASE WHEN m.score_varies AND m.rest_varies THEN m.item_rest END,
        m.d27,
        m.variance,
        CASE WHEN m.rest_varies THEN m.rest_variance END,
        CASE WHEN m.total_varies THEN m.total_variance END
    FROM measured AS m;
END;
$$;

REVOKE EXECUTE ON FUNCTION assessment_item_measures(uuid) FROM public;

COMMENT ON FUNCTION assessment_item_measures(uuid) IS
'One row for each item of questions, where any learner has a graded attempt: the figures of '
'calculate_item_statistics, and the population variances, points squared, of the points on the '
'item, of the total over the other items and of the total over all; these two NULL where nothing '
'varies.';
