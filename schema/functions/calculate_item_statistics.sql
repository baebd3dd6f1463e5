-- Item statistics of classical test theory. Sums are those of double precision, but whether
-- anything varies at all, and who ties at a cut, is asked of exact numbers: there, equal fractions
-- may seem to differ.
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
            min(s.score) < max(s.score) AS score_varies,
            min(s.rest) < max(s.rest) AS rest_varies,
            min(s.total) < max(s.total) AS total_varies,
            var_pop(s.t - s.x) AS rest_variance,
            count(*) OVER () AS k,
            sum(var_pop(s.x)) OVER () - var_pop(s.x) AS other_variances
        FROM score AS s
        CROSS JOIN cut
        GROUP BY s.item_order, s.item_points
    )

    SELECT
        q.value ->> 'id',
        coalesce(m.n, 0),
        m.facility,
        CASE WHEN m.score_varies AND m.total_varies THEN m.point_biserial END,
        CASE WHEN m.score_varies AND m.rest_varies THEN m.item_rest END,
        m.d27,
        CASE
            WHEN m.k > 2 AND m.rest_varies
                THEN
                    (m.k - 1)::double precision / (m.k - 2)
                    * (1 - m.other_variances / nullif(m.rest_variance, 0))
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
