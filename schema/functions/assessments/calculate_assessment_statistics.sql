-- Statistics of an assessment as a whole, of classical test theory.
-- depends: functions/assessment_item_measures
CREATE OR REPLACE FUNCTION calculate_assessment_statistics(p_assessment_id uuid) RETURNS jsonb
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- JSON holds all digits of a number, whatever the session shows of it
SET extra_float_digits = 1
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN (
        WITH whole AS (
            SELECT
                coalesce(max(m.n), 0) AS n,
                count(*) AS k,
                avg(m.facility) AS facility,
                avg(m.item_rest) AS discrimination,
                sum(m.variance) AS item_variances,
                -- the same for each item
                max(m.total_variance) AS variance
            FROM assessment_item_measures(p_assessment_id) AS m
        ),

        reliability AS (
            SELECT
                CASE
                    WHEN w.k > 1
                        THEN
                            w.k::double precision / (w.k - 1)
                            * (1 - w.item_variances / nullif(w.variance, 0))
                END AS alpha
            FROM whole AS w
        )

        SELECT
            jsonb_build_object(
                'n', whole.n,
                'facility', whole.facility,
                'discrimination', whole.discrimination,
                'reliability', reliability.alpha,
                'standard_error',
                CASE
                    -- greatest() alone would turn an alpha of NULL into a standard error of 0
                    WHEN reliability.alpha IS NOT NULL
                        THEN sqrt(whole.variance * greatest(1 - reliability.alpha, 0))
                END
            )
        FROM whole
        CROSS JOIN reliability
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION calculate_assessment_statistics(uuid) FROM public;

COMMENT ON FUNCTION calculate_assessment_statistics(uuid) IS
'JSON over the first graded attempt of each of n learners: facility (mean of the items), '
'discrimination (mean item-rest correlation of the items that have one), reliability (Cronbach''s '
'alpha = k / (k - 1) * (1 - sum of item variances / variance of totals), population variances; for '
'0/1 items equal to KR-20), standard_error (SD of totals * sqrt(1 - alpha), points). null where '
'undefined: fewer than 2 items, no variance. An assessment without items, or unknown: n 0.';
