-- How courses are graded.
-- A definer, because an analyst reads no table.
-- depends: functions/is_graded_attempt functions/report_cells functions/report_learners
-- depends: functions/reported_count functions/reported_mean
CREATE OR REPLACE FUNCTION report_assessments() RETURNS TABLE (
    course_id uuid,
    course_title text,
    academic_term text,
    academic_level academic_level,
    enrolled bigint,
    assessed bigint,
    graded_attempts bigint,
    passed_attempts bigint,
    average_percentage numeric
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
        reported_count(f.assessed, f.learners),
        -- where each has one attempt, all attempts are all learners
        reported_count(f.graded, f.learners * a.allowed),
        reported_count(f.passed, f.learners * a.allowed),
        reported_mean(f.percentage, f.measured, f.learners)
    FROM report_cells() AS k
    LEFT JOIN (
        SELECT
            r.course_id,
            r.academic_term,
            r.academic_level,
            count(*) AS learners,
            count(*) FILTER (WHERE t.graded > 0) AS assessed,
            sum(t.graded)::bigint AS graded,
            sum(t.passed)::bigint AS passed,
            count(t.percentage) AS measured,
            avg(t.percentage) AS percentage
        FROM report_learners() AS r
        LEFT JOIN LATERAL (
            SELECT
                count(*) AS graded,
                count(*) FILTER (WHERE t.passed) AS passed,
                avg(least(greatest(t.percentage_score, 0), 100)) AS percentage
            FROM assessment_attempts AS t
            INNER JOIN educational_assessments AS s ON t.assessment_id = s.id
            WHERE
                t.learner_id = r.learner_id
                AND s.course_id = r.course_id
                AND is_graded_attempt(t.completion_status)
        ) AS t ON TRUE
        GROUP BY
            r.course_id,
            r.academic_term,
            GROUPING SETS ((r.academic_level), ())
    ) AS f ON
        k.course_id = f.course_id
        AND k.academic_term IS NOT DISTINCT FROM f.academic_term
        AND k.academic_level IS NOT DISTINCT FROM f.academic_level
    LEFT JOIN LATERAL (
        SELECT sum(s.attempts_allowed) AS allowed
        FROM educational_assessments AS s
        WHERE s.course_id = k.course_id
        HAVING every(s.attempts_allowed IS NOT NULL)
    ) AS a ON TRUE
    ORDER BY k.course_title, k.course_id, k.academic_term, k.academic_level;
END;
$$;

REVOKE EXECUTE ON FUNCTION report_assessments() FROM public;

COMMENT ON FUNCTION report_assessments() IS
'Assessments of each course, term and level: learners who enrolled and who have a grade, their '
'graded and passed attempts, and the mean of the learners'' own means in percent; '
'level NULL: all levels of course and term. Counts and totals are the lower ends of ranges of ten, '
'NULL for 0 to 9; means, too, and only over 10 or more. Counted are the first 10, 20, 30, ... who '
'enrolled, see report_learners. For lms_analyst.';
