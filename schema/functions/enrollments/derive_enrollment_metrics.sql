-- Definition of engagement_score and learning_velocity of enrollments: recalculate_course_metrics
-- check_derived_columns both read it here. Both figures compare a learner with the others.
-- depends: functions/metrics_window
CREATE OR REPLACE FUNCTION derive_enrollment_metrics(
    p_course_id uuid,
    p_as_of timestamptz
) RETURNS TABLE (
    enrollment_id uuid,
    engagement_score numeric,
    learning_velocity numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a plan that is kept takes the history of 30 days for a few rows, whatever p_as_of is
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH activity AS (
        SELECT
            i.learner_id,
            count(distinct(i.timestamp AT TIME ZONE 'UTC')::date) AS days,
            count(*) AS interactions,
            count(DISTINCT i.section_id) AS sections
        FROM learning_interactions AS i
        WHERE
            i.course_id = p_course_id
            AND i.timestamp > p_as_of - metrics_window()
            AND i.timestamp <= p_as_of
        GROUP BY i.learner_id
    ),

    change AS (
        SELECT
            h.learner_id,
            sum(greatest(h.percentage - h.previous_percentage, 0)) AS gain
        FROM course_enrollments AS e
        INNER JOIN section_progress_history AS h ON e.learner_id = h.learner_id
        INNER JOIN learning_sections AS s ON h.section_id = s.id AND e.course_id = s.course_id
        WHERE
            e.course_id = p_course_id
            AND h.changed_at >= p_as_of - metrics_window()
            AND h.changed_at <= p_as_of
        GROUP BY h.learner_id
    ),

    learner AS (
        SELECT
            e.id,
            rank() OVER (ORDER BY coalesce(a.days, 0))
            + rank() OVER (ORDER BY coalesce(a.interactions, 0))
            + rank() OVER (ORDER BY coalesce(a.sections, 0)) - 3 AS rank_sum,
            count(*) OVER () AS learners,
            coalesce(c.gain, 0) AS gain,
            a.learner_id IS NOT NULL OR c.learner_id IS NOT NULL AS is_active
        FROM course_enrollments AS e
        LEFT JOIN activity AS a ON e.learner_id = a.learner_id
        LEFT JOIN change AS c ON e.learner_id = c.learner_id
        WHERE e.course_id = p_course_id
    ),

    peer AS (
        SELECT
            (
                percentile_cont(0.5) WITHIN GROUP (ORDER BY l.gain) FILTER (WHERE l.is_active)
            )::numeric
                AS median_gain
        FROM learner AS l
    )

    SELECT
        l.id,
        coalesce(round(l.rank_sum / nullif(3.0 * (l.learners - 1), 0), 2), 0),
        CASE
            WHEN round(l.gain / nullif(p.median_gain, 0), 2) < 1000
                THEN round(l.gain / nullif(p.median_gain, 0), 2)
        END
    FROM learner AS l
    CROSS JOIN peer AS p;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_enrollment_metrics(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION derive_enrollment_metrics(uuid, timestamptz) IS
'For each enrollment of the course, over the 30 days (720 hours) up to p_as_of. engagement_score: '
'mean percent_rank among all learners of the course of active UTC days, interactions and distinct '
'sections, 0 to 1 (no field standard exists: a declared definition). learning_velocity: own gain '
'of progress / median gain of the learners with any interaction or change of progress; NULL where '
'that median is 0 or the ratio is 1000 or more.';
