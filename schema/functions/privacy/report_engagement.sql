-- How much is done in courses.
-- A definer, because an analyst reads no table.
-- depends: functions/report_cells functions/report_learners
-- depends: functions/reported_count functions/reported_mean
CREATE OR REPLACE FUNCTION report_engagement() RETURNS TABLE (
    course_id uuid,
    course_title text,
    academic_term text,
    academic_level academic_level,
    enrolled bigint,
    recently_active bigint,
    interactions bigint,
    minutes bigint,
    average_engagement numeric
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
        reported_count(f.active, f.learners),
        nullif(f.interactions / 10 * 10, 0),
        nullif(f.minutes / 10 * 10, 0),
        reported_mean(f.engagement, f.measured, f.learners)
    FROM report_cells() AS k
    LEFT JOIN (
        SELECT
            r.course_id,
            r.academic_term,
            r.academic_level,
            count(*) AS learners,
            count(*) FILTER (
                WHERE e.last_accessed > now() - interval '30 days'
            ) AS active,
            sum(p.interactions)::bigint AS interactions,
            sum(e.total_time_spent)::bigint AS minutes,
            count(e.engagement_score) AS measured,
            100 * avg(e.engagement_score) AS engagement
        FROM report_learners() AS r
        INNER JOIN course_enrollments AS e ON r.enrollment_id = e.id
        LEFT JOIN LATERAL (
            SELECT sum(p.interaction_count) AS interactions
            FROM section_progress AS p
            WHERE p.learner_id = r.learner_id AND p.course_id = r.course_id
        ) AS p ON TRUE
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

REVOKE EXECUTE ON FUNCTION report_engagement() FROM public;

COMMENT ON FUNCTION report_engagement() IS
'Engagement in each course, term and level: learners who enrolled and who were active in the last '
'30 days, their interactions and minutes, and the mean engagement score in percent; '
'level NULL: all levels of course and term. Counts and totals are the lower ends of ranges of ten, '
'NULL for 0 to 9; means, too, and only over 10 or more. Counted are the first 10, 20, 30, ... who '
'enrolled, see report_learners. For lms_analyst.';
