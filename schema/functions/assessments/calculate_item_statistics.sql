-- Item statistics of classical test theory.
-- depends: functions/assessment_item_measures
CREATE OR REPLACE FUNCTION calculate_item_statistics(p_assessment_id uuid) RETURNS TABLE (
    item_id text,
    n bigint,
    facility double precision,
    point_biserial double precision,
    item_rest double precision,
    d27 double precision,
    alpha_if_deleted double precision
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH measured AS (
        SELECT
            m.*,
            count(*) OVER () AS k,
            sum(m.variance) OVER () - m.variance AS other_variances
        FROM assessment_item_measures(p_assessment_id) AS m
    )

    SELECT
        q.value ->> 'id',
        coalesce(m.n, 0),
        m.facility,
        m.point_biserial,
        m.item_rest,
        m.d27,
        CASE
            WHEN m.k > 2
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
$$;

REVOKE EXECUTE ON FUNCTION calculate_item_statistics(uuid) FROM public;

COMMENT ON FUNCTION calculate_item_statistics(uuid) IS
'One row per item, in the order of questions, over the first graded attempt of each of n learners; '
'x: points on the item, T: total over the items. facility = mean(x) / points. point_biserial = '
'corr(x, T). item_rest = corr(x, T - x). d27 = facility of the upper 27 % by T less that of the '
'lower 27 %, groups of round(0.27 n), ties at a cut in the higher group (as Canvas). '
'alpha_if_deleted = Cronbach''s alpha of the other items. NULL where a variance is 0, the item '
'gives no points, a group is empty or too few items are left. Sources: Kuder and Richardson 1937; '
'Cronbach 1951; the item analyses of Moodle and Canvas.';
