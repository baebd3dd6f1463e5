-- Statistics of an assessment as a whole, of classical test theory.
-- depends: functions/assessment_item_scores functions/calculate_item_statistics
CREATE OR REPLACE FUNCTION calculate_assessment_statistics(p_assessment_id uuid) RETURNS jsonb
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH score AS MATERIALIZED (
        SELECT
            s.item_order,
            s.total,
            s.score::double precision AS x
        FROM assessment_item_scores(p_assessment_id) AS s
    ),

    item AS (
        SELECT
            count(*) AS k,
            sum(i.variance) AS variance_sum
        FROM (
            SELECT var_pop(s.x) AS variance FROM score AS s
            GROUP BY s.item_order
        ) AS i
    ),

    whole AS (
        SELECT
            count(*) AS n,
            CASE
                -- equal fractions may seem to vary in double precision
                WHEN min(s.total) < max(s.total) THEN var_pop(s.total::double precision)
            END AS variance
        FROM score AS s
        WHERE s.item_order = 1
    ),

    reliability AS (
        SELECT
            CASE
                WHEN item.k > 1
                    THEN
                        item.k::double precision / (item.k - 1)
                        * (1 - item.variance_sum / nullif(whole.variance, 0))
            END AS alpha
        FROM item
        CROSS JOIN whole
    ),

    mean AS (
        SELECT
            avg(i.facility) AS facility,
            avg(i.item_rest) AS discrimination
        FROM calculate_item_statistics(p_assessment_id) AS i
    )

    SELECT
        jsonb_build_object(
            'n', whole.n,
            'facility', mean.facility,
            'discrimination', mean.discrimination,
            'reliability', reliability.alpha,
            'standard_error',
            CASE
                -- greatest() alone would turn an alpha of NULL into a standard error of 0
                WHEN reliability.alpha IS NOT NULL
                    THEN sqrt(whole.variance * greatest(1 - reliability.alpha, 0))
            END
        )
    FROM whole
    CROSS JOIN mean
    CROSS JOIN reliability;
END;

REVOKE EXECUTE ON FUNCTION calculate_assessment_statistics(uuid) FROM public;

COMMENT ON FUNCTION calculate_assessment_statistics(uuid) IS
'JSON over the first graded attempt of each of n learners: facility (mean of the items), '
'discrimination (mean item-rest correlation of the items that have one), reliability (Cronbach''s '
'alpha = k / (k - 1) * (1 - sum of item variances / variance of totals), population variances; for '
'0/1 items equal to KR-20), standard_error (SD of totals * sqrt(1 - alpha), points). null where '
'undefined: fewer than 2 items, no variance. An assessment without items, or unknown: n 0.';
