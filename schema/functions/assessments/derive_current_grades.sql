-- Definition of course_enrollments.current_grade: the triggers that keep the column and
-- check_derived_columns both read it here.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION derive_current_grades(p_enrollment_ids uuid[]) RETURNS TABLE (
    enrollment_id uuid,
    current_grade numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        e.id,
        grade.value
    FROM course_enrollments AS e
    CROSS JOIN
        LATERAL (
            SELECT
                round(
                    CASE
                        WHEN every(best.weight IS NULL) THEN avg(best.percentage)
                        ELSE
                            sum(coalesce(best.weight, 0) * best.percentage)
                            / nullif(sum(coalesce(best.weight, 0)), 0)
                    END, 2
                ) AS value
            FROM (
                SELECT
                    a.weight_in_course AS weight,
                    max(t.percentage_score) AS percentage
                FROM educational_assessments AS a
                INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
                WHERE
                    a.course_id = e.course_id
                    AND t.learner_id = e.learner_id
                    AND is_graded_attempt(t.completion_status)
                    -- none where the assessment gives no points
                    AND t.percentage_score IS NOT NULL
                GROUP BY a.id, a.weight_in_course
            ) AS best
        ) AS grade
    WHERE e.id = any(p_enrollment_ids);
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_current_grades(uuid[]) FROM public;

COMMENT ON FUNCTION derive_current_grades(uuid[]) IS
'For each enrollment: current_grade = sum(w * best percentage) / sum(w) over the assessments with '
'points and a graded attempt, w = weight_in_course; equal weights where all of these are NULL, a '
'NULL beside others counts 0; NULL without a graded attempt or where the weights sum to 0.';
