-- Definition of the derived columns of educational_assessments: recalculate_course_metrics and
-- check_derived_columns both read it here.
-- depends: functions/calculate_assessment_statistics
CREATE OR REPLACE FUNCTION derive_assessment_metrics(p_assessment_id uuid) RETURNS TABLE (
    difficulty_rating numeric,
    discrimination_index numeric,
    reliability_coefficient numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
ROWS 1
SET search_path FROM CURRENT
-- of many assessments, each would be planned anew where a check wants plans of its own
SET plan_cache_mode = auto
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        CASE WHEN s.difficulty BETWEEN 0 AND 1 THEN s.difficulty END,
        s.discrimination,
        CASE WHEN s.reliability > -10 THEN s.reliability END
    FROM calculate_assessment_statistics(p_assessment_id) AS j
    CROSS JOIN LATERAL (
        SELECT
            round(1 - (j ->> 'facility')::numeric, 2) AS difficulty,
            round((j ->> 'discrimination')::numeric, 2) AS discrimination,
            round((j ->> 'reliability')::numeric, 2) AS reliability
    ) AS s;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_assessment_metrics(uuid) FROM public;

COMMENT ON FUNCTION derive_assessment_metrics(uuid) IS
'difficulty_rating = 1 - mean facility, discrimination_index = mean item-rest correlation, '
'reliability_coefficient = Cronbach''s alpha, see calculate_assessment_statistics, to 2 decimals; '
'NULL where undefined or outside the range of the column.';
