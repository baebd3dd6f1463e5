-- How courses end.
-- A definer, because an analyst reads no table.
-- depends: functions/report_cells functions/report_learners
-- depends: functions/reported_count functions/reported_mean
CREATE OR REPLACE FUNCTION report_course_outcomes() RETURNS TABLE (
    course_id uuid,
    course_title text,
    academic_term text,
    academic_level academic_level,
    enrolled bigint,
    completed bigint,
    average_progress numeric,
    average_final_grade numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
    SELECT
        k.*,
        f.learners,
        reported_count(f.completed, f.learners),
        reported_mean(f.progress, f.learners, f.learners + 1),
        reported_mean(f.final_grade, f.graded, f.learners)
    FROM report_cells() AS k
    LEFT JOIN (
        SELECT
            r.course_id,
            r.academic_term,
            r.academic_level,
            count(*) AS learners,
            count(*) FILTER (WHERE e.completion_status = 'completed') AS completed,
            avg(e.overall_progress) AS progress,
            count(e.final_grade) AS graded,
            avg(least(greatest(e.final_grade, 0), 100)) AS final_grade
        FROM report_learners() AS r
        INNER JOIN course_enrollments AS e ON r.enrollment_id = e.id
        GROUP BY
            r.course_id,
            r.academic_term,
            GROUPING SETS ((r.academic_level), ())
    ) AS f ON
        k.course_id = f.course_id
        AND k.academic_term IS NOT DISTINCT FROM f.academic_term
        AND k.academic_level IS NOT DISTINCT FROM f.academic_level
    ORDER BY k.course_title, k.course_id, k.academic_term, k.academic_level;
END;
$$;

REVOKE EXECUTE ON FUNCTION report_course_outcomes() FROM public;

COMMENT ON FUNCTION report_course_outcomes() IS
'Outcomes of each course, term and level: learners who enrolled and who completed, mean progress '
'and mean final grade in percent; '
'level NULL: all levels of course and term. Counts and totals are the lower ends of ranges of ten, '
'NULL for 0 to 9; means, too, and only over 10 or more. Counted are the first 10, 20, 30, ... who '
'enrolled, see report_learners. For lms_analyst.';
