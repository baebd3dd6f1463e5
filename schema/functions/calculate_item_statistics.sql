-- Item statistics of classical test theory. Whether a variance is 0 is asked of exact numbers: in
-- double precision, equal fractions may seem to vary.
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

    measured AS (
        SELECT
            s.item_order,
            count(*) AS n,
            avg(s.score) / nullif(s.item_points, 0) AS facility,
            corr(s.score::double precision, s.total::double precision) AS point_biserial,
            corr(s.score::double precision, s.rest::double precision) AS item_rest,
            (
                avg(s.score) FILTER (WHERE s.total >= cut.upper)
                - avg(s.score) FILTER (WHERE s.total < cut.lower)
            ) / nullif(s.item_points, 0) AS d27,
            var_pop(s.score) AS score_variance,
            var_pop(s.rest) AS rest_variance,
            var_pop(s.total) AS total_variance,
            count(*) OVER () AS k,
            sum(var_pop(s.score)) OVER () - var_pop(s.score) AS other_variances
        FROM score AS s
        CROSS JOIN cut
        GROUP BY s.item_order, s.item_points
    )

    SELECT
        q.value ->> 'id',
        coalesce(m.n, 0),
        m.facility::double precision,
        CASE WHEN m.score_variance > 0 AND m.total_variance > 0 THEN m.point_biserial END,
        CASE WHEN m.score_variance > 0 AND m.rest_variance > 0 THEN m.item_rest END,
        m.d27::double precision,
        CASE
            WHEN m.k > 2
                THEN
                    (
                        (m.k - 1.0) / (m.k - 2)
                        * (1 - m.other_variances / nullif(m.rest_variance, 0))
                    )::double precision
        END
    FROM educational_assessments AS a
    CROSS JOIN LATERAL jsonb_array_elements(a.questions) WITH ORDINALITY AS q
    LEFT JOIN measured AS m ON q.ordinality = m.item_order
    WHERE a.id = p_assessment_id
    ORDER BY q.ordinality;
END;

REVOKE EXECUTE ON FUNCTION calculate_item_statistics(uuid) FROM public;

COMMENT ON FUNCTION calculate_item_statistics(uuid) IS
'One row an item, in the order of questions, over the first graded attempt of each of n learners; '
'x: points on the item, T: total over the items. facility = mean(x) / points. point_biserial = '
'corr(x, T). item_rest = corr(x, T - x). d27 = facility of the upper 27 % by T less that of the '
'lower 27 %, groups of round(0.27 n), ties at a cut in the higher group (as Canvas). '
'alpha_if_deleted = Cronbach''s alpha of the other items. NULL where a variance is 0, the item '
'gives no points, a group is empty or too few items are left. Sources: Kuder and Richardson 1937; '
'Cronbach 1951; the item analyses of Moodle and Canvas.';
