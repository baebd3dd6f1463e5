-- Item statistics of classical test theory.
-- depends: functions/assessment_item_scores
CREATE OR REPLACE FUNCTION calculate_item_statistics(p_assessment_id uuid) RETURNS TABLE (
    item_id text,
    n bigint,
    facility double precision,
    point_biserial double precision,
    item_rest double precision,
    d27 double precision,
    alpha_if_deleted double precision
)
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH score AS MATERIALIZED (
        SELECT
            s.*,
            s.total - s.score AS rest
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

    cut AS (
        SELECT
            r.totals[g.size + 1] AS lower,
            CASE WHEN g.size > 0 THEN r.totals[cardinality(r.totals) - g.size + 1] END AS upper
        FROM ranked AS r
        CROSS JOIN LATERAL (
            SELECT round(0.27 * cardinality(r.totals))::integer AS size
        ) AS g
    ),

    item AS (
        SELECT
            s.item_order,
            s.item_id,
            count(*) AS n,
            avg(s.score) / nullif(s.item_points, 0) AS facility,
            corr(s.score::double precision, s.total::double precision) AS point_biserial,
            corr(s.score::double precision, s.rest::double precision) AS item_rest,
            (
                avg(s.score) FILTER (WHERE s.total >= cut.upper)
                - avg(s.score) FILTER (WHERE s.total < cut.lower)
            ) / nullif(s.item_points, 0) AS d27,
            var_pop(s.score) AS score_variance,
            var_pop(s.rest) AS rest_variance
        FROM score AS s
        CROSS JOIN cut
        GROUP BY s.item_order, s.item_id, s.item_points
    )

    SELECT
        i.item_id,
        i.n,
        i.facility::double precision,
        i.point_biserial,
        i.item_rest,
        i.d27::double precision,
        CASE
            WHEN count(*) OVER () > 2
                THEN
                    (count(*) OVER () - 1)::double precision / (count(*) OVER () - 2)
                    * (
                        1 - (sum(i.score_variance) OVER () - i.score_variance)
                        / nullif(i.rest_variance, 0)
                    )::double precision
        END
    FROM item AS i
    ORDER BY i.item_order;
END;

REVOKE EXECUTE ON FUNCTION calculate_item_statistics(uuid) FROM public;

COMMENT ON FUNCTION calculate_item_statistics(uuid) IS
'One row an item, in the order of questions, over the first graded attempt of each of n learners; '
'x: points on the item, T: total over the items. facility = mean(x) / points. point_biserial = '
'corr(x, T). item_rest = corr(x, T - x). d27 = facility of the upper 27 % by T less that of the '
'lower 27 %, groups of round(0.27 n), ties at a cut in the higher group (as Canvas). '
'alpha_if_deleted = Cronbach''s alpha of the other items. NULL where a variance is 0, a group is '
'empty or too few items are left. Sources: Kuder and Richardson 1937; Cronbach 1951; the item '
'analyses of Moodle and Canvas.';
