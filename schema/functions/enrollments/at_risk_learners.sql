-- Learners who may need help, each with all reasons that hold, after the indicators of Open edX
-- Aspects and of Moodle's model of course dropout.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION at_risk_learners(
    p_course_id uuid,
    p_as_of timestamptz DEFAULT now(),
    p_inactive_days integer DEFAULT 7,
    p_behind_percentile double precision DEFAULT 0.25,
    p_not_started_days integer DEFAULT 7
) RETURNS TABLE (
    learner_id uuid,
    reasons text[],
    last_activity timestamptz,
    progress numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- courses of ten learners and of ten thousand want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH behind AS (
        SELECT
            percentile_cont(p_behind_percentile) WITHIN GROUP (ORDER BY e.overall_progress)
                AS threshold
        FROM course_enrollments AS e
        WHERE e.course_id = p_course_id AND e.enrollment_date <= p_as_of
    ),

    learner AS (
        SELECT
            e.learner_id,
            e.enrollment_date,
            e.overall_progress,
            greatest(interaction.latest, change.latest) AS last_activity,
            grade.mean_percentage < grade.mean_passing_percentage AS is_failing
        FROM course_enrollments AS e
        CROSS JOIN
            LATERAL (
                SELECT max(i.timestamp) AS latest
                FROM learning_interactions AS i
                WHERE
                    i.learner_id = e.learner_id
                    AND i.course_id = e.course_id
                    AND i.timestamp <= p_as_of
            ) AS interaction
        CROSS JOIN
            LATERAL (
                SELECT max(h.changed_at) AS latest
                FROM section_progress_history AS h
                INNER JOIN learning_sections AS s ON h.section_id = s.id
                WHERE
                    h.learner_id = e.learner_id
                    AND s.course_id = e.course_id
                    AND h.changed_at <= p_as_of
            ) AS change
        CROSS JOIN
            LATERAL (
                SELECT
                    avg(best.percentage) AS mean_percentage,
                    avg(best.passing_percentage) AS mean_passing_percentage
                FROM (
                    SELECT
                        -- not percentage_score, whose two decimals are below those of a passing
                        -- score such as 1 of 3
                        100.0 * max(t.score) / nullif(a.total_points, 0) AS percentage,
                        100.0 * a.passing_score / nullif(a.total_points, 0)
                            AS passing_percentage
                    FROM educational_assessments AS a
                    INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
                    WHERE
                        a.course_id = e.course_id
                        AND a.passing_score IS NOT NULL
                        AND t.learner_id = e.learner_id
                        AND coalesce(t.submitted_at, t.started_at) <= p_as_of
                        AND is_graded_attempt(t.completion_status)
                    GROUP BY a.id, a.passing_score, a.total_points
                ) AS best
            ) AS grade
        WHERE
            e.course_id = p_course_id
            AND e.enrollment_date <= p_as_of
            AND e.completion_status IN ('enrolled', 'in_progress')
    ),

    judged AS (
        SELECT
            l.learner_id,
            array_remove(
                ARRAY[
                    CASE
                        WHEN
                            greatest(l.last_activity, l.enrollment_date)
                            <= p_as_of - p_inactive_days * interval '24 hours'
                            THEN 'inactive'
                    END,
                    CASE WHEN l.overall_progress < b.threshold THEN 'behind' END,
                    CASE WHEN l.is_failing THEN 'failing' END,
                    CASE
                        WHEN
                            l.last_activity IS NULL
                            AND l.enrollment_date
                            <= p_as_of - p_not_started_days * interval '24 hours'
                            THEN 'not_started'
                    END
                ], NULL
            ) AS reasons,
            l.last_activity,
            l.overall_progress
        FROM learner AS l
        CROSS JOIN behind AS b
    )

    SELECT
        j.learner_id,
        j.reasons,
        j.last_activity,
        j.overall_progress
    FROM judged AS j
    WHERE j.reasons <> '{}'
    ORDER BY cardinality(j.reasons) DESC, j.learner_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION at_risk_learners(
    uuid, timestamptz, integer, double precision, integer
) FROM public;

COMMENT ON FUNCTION at_risk_learners(uuid, timestamptz, integer, double precision, integer) IS
'One row for each learner of the course who is enrolled or in progress and for whom a reason '
'holds at p_as_of, most reasons first. inactive: no interaction and no change of progress for '
'p_inactive_days (times 24 hours, since enrolling at the earliest); behind: overall_progress '
'below that percentile (interpolated) of all who are enrolled by then, whatever their status; '
'failing: mean of the best percentages below the mean passing percentage of the same assessments; '
'not_started: no activity at all p_not_started_days after enrolling. Enrollments, activity and '
'attempts (by submission) count up to p_as_of; status and progress are those stored. A threshold '
'of NULL turns its reason off. Raises 22003 for a percentile outside 0 to 1.';
