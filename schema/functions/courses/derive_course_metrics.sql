-- Definition of the derived columns of educational_courses: recalculate_course_metrics and
-- check_derived_columns both read it here.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION derive_course_metrics(p_course_id uuid) RETURNS TABLE (
    enrollment_count integer,
    completion_rate numeric,
    learning_effectiveness_score numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
ROWS 1
SET search_path FROM CURRENT
-- of many courses, each would be planned anew where a check wants plans of its own
SET plan_cache_mode = auto
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH enrollment AS (
        SELECT
            count(*) AS n,
            count(*) FILTER (WHERE e.completion_status = 'completed') AS completed
        FROM course_enrollments AS e
        WHERE e.course_id = p_course_id
    ),

    best AS (
        SELECT
            t.learner_id,
            a.assessment_type,
            max(t.percentage_score) AS percentage
        FROM course_enrollments AS e
        INNER JOIN educational_assessments AS a ON e.course_id = a.course_id
        INNER JOIN assessment_attempts AS t
            ON a.id = t.assessment_id AND e.learner_id = t.learner_id
        WHERE
            e.course_id = p_course_id
            AND a.assessment_type IN ('diagnostic', 'summative')
            AND is_graded_attempt(t.completion_status)
            -- none where the assessment gives no points
            AND t.percentage_score IS NOT NULL
        GROUP BY t.learner_id, a.assessment_type, a.id
    ),

    learner AS (
        SELECT
            avg(b.percentage) FILTER (WHERE b.assessment_type = 'diagnostic') AS pre,
            avg(b.percentage) FILTER (WHERE b.assessment_type = 'summative') AS post
        FROM best AS b
        GROUP BY b.learner_id
        HAVING count(DISTINCT b.assessment_type) = 2
    ),

    gain AS (
        SELECT round((avg(l.post) - avg(l.pre)) / (100 - avg(l.pre)), 2) AS value
        FROM learner AS l
        HAVING avg(l.pre) < 100
    )

    SELECT
        e.n::integer,
        round(100.0 * e.completed / nullif(e.n, 0), 2),
        CASE WHEN g.value > -10 AND g.value <= 1 THEN g.value END
    FROM enrollment AS e
    LEFT JOIN gain AS g ON TRUE;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_course_metrics(uuid) FROM public;

COMMENT ON FUNCTION derive_course_metrics(uuid) IS
'enrollment_count: enrollments of any status. completion_rate: 100 * completed / all, NULL '
'without any. learning_effectiveness_score: normalised gain (Hake 1998) = (post - pre) / (100 -'
' pre), pre and post being the means over the enrolled learners with both a diagnostic and a '
'summative graded attempt of the mean of their best percentages; NULL without such learners, at'
' pre = 100 and above, and outside -9.99 to 1, which the column cannot hold.';
