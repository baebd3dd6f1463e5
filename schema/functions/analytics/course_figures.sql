-- Written from src/lms_schema/measures by make generate.
-- Figures of a course as the tables have them: what the last refresh added up, and what is queued
-- since. Of progress and attempts that are queued those of enrolled learners count; who enrolled
-- since brings along what learner_course_summary holds, who left takes it away.
-- A definer, because nobody reads the queues; so it asks by itself whether the caller may read.
-- depends: functions/may_read_course_figures functions/recount_assessment_attempts
CREATE OR REPLACE FUNCTION course_figures(p_course_id uuid) RETURNS TABLE (
    enrollments bigint,
    completed bigint,
    average_progress numeric,
    average_time_spent_minutes numeric,
    average_engagement_score numeric,
    average_comprehension numeric,
    average_retention numeric,
    average_application numeric,
    average_interactions_per_section numeric,
    average_meaningful_interactions numeric,
    attempts bigint,
    average_assessment_score numeric
)
LANGUAGE plpgsql
-- restricted: a parallel worker cannot tell the role of the caller
STABLE PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path FROM CURRENT
-- one plan for all keys, and by index, whatever the queues held when it was made
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    -- a TRUNCATE is not queued: until the next refresh everything is counted
    v_is_stale CONSTANT boolean := EXISTS (
        SELECT FROM analytics_rebuild_request AS r WHERE r.course_id IS NULL
    );
BEGIN
    IF NOT may_read_course_figures(p_course_id) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH known AS NOT MATERIALIZED (
        SELECT s.*
        FROM learner_assessment_summary AS s
        WHERE NOT v_is_stale
    ),

    -- those of the course, and those that left it
    assessment AS (
        SELECT a.id
        FROM educational_assessments AS a
        WHERE a.course_id = p_course_id
        UNION
        SELECT d.assessment_id
        FROM assessment_attempts_delta AS d
        WHERE d.course_id = p_course_id
    ),

    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts_delta AS d ON a.id = d.assessment_id
        WHERE d.learner_id IS NOT NULL AND NOT v_is_stale
        UNION
        SELECT
            k.learner_id,
            k.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts_delta AS d ON a.id = d.assessment_id
        INNER JOIN known AS k ON d.assessment_id = k.assessment_id
        WHERE d.learner_id IS NULL
        UNION
        SELECT
            t.learner_id,
            t.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
        WHERE v_is_stale
    ),

    counted AS MATERIALIZED (
        SELECT r.*
        FROM (
            SELECT
                array_agg(k.learner_id) AS learner_ids,
                array_agg(k.assessment_id) AS assessment_ids
            FROM touched AS k
            -- the function is planned anew for each call
            HAVING count(*) > 0
        ) AS a
        CROSS JOIN LATERAL recount_assessment_attempts(a.learner_ids, a.assessment_ids) AS r
    ),

    enrollment AS (
        SELECT
            d.learner_id,
            sum(d.enrollments)::bigint AS enrollments,
            sum(d.completed)::bigint AS completed,
            sum(d.progress_sum)::bigint AS progress_sum,
            sum(d.time_sum)::bigint AS time_sum,
            sum(d.engagement_sum)::bigint AS engagement_sum,
            sum(d.engagement_count)::bigint AS engagement_count
        FROM (
                SELECT
                    d.learner_id,
                    d.enrollments,
                    d.completed,
                    d.progress_sum,
                    d.time_sum,
                    d.engagement_sum,
                    d.engagement_count
                FROM course_enrollments_delta AS d
                WHERE d.course_id = p_course_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.learner_id,
                    r.enrollments,
                    r.completed,
                    r.progress_sum,
                    r.time_sum,
                    r.engagement_sum,
                    r.engagement_count
                FROM recount_course_enrollments() AS r
                WHERE r.course_id = p_course_id AND v_is_stale
        ) AS d
        GROUP BY d.learner_id
    ),

    -- enrollments is 0 or 1, and its change -1, 0 or 1: what a learner brings along, or takes away
    moved AS (
        SELECT
e.enrollments * p.progress_rows AS progress_rows,
            e.enrollments * p.comprehension_sum AS comprehension_sum,
            e.enrollments * p.comprehension_count AS comprehension_count,
            e.enrollments * p.retention_sum AS retention_sum,
            e.enrollments * p.retention_count AS retention_count,
            e.enrollments * p.application_sum AS application_sum,
            e.enrollments * p.application_count AS application_count,
            e.enrollments * p.interactions_sum AS interactions_sum,
            e.enrollments * p.meaningful_sum AS meaningful_sum,
            e.enrollments * p.attempts AS attempts,
            e.enrollments * p.best_sum AS best_sum,
            e.enrollments * p.best_count AS best_count
        FROM enrollment AS e
        INNER JOIN learner_course_summary AS p ON e.learner_id = p.learner_id
        WHERE p.course_id = p_course_id AND e.enrollments <> 0 AND NOT v_is_stale
    ),

    change AS (
        SELECT *
        FROM
        (
            SELECT
                coalesce(sum(e.enrollments), 0)::bigint AS enrollments,
                coalesce(sum(e.completed), 0)::bigint AS completed,
                coalesce(sum(e.progress_sum), 0)::bigint AS progress_sum,
                coalesce(sum(e.time_sum), 0)::bigint AS time_sum,
                coalesce(sum(e.engagement_sum), 0)::bigint AS engagement_sum,
                coalesce(sum(e.engagement_count), 0)::bigint AS engagement_count
            FROM enrollment AS e
        ) AS course_enrollments
        CROSS JOIN
        (
            SELECT
                coalesce(sum(q.progress_rows), 0)::bigint AS progress_rows,
                coalesce(sum(q.comprehension_sum), 0)::bigint AS comprehension_sum,
                coalesce(sum(q.comprehension_count), 0)::bigint AS comprehension_count,
                coalesce(sum(q.retention_sum), 0)::bigint AS retention_sum,
                coalesce(sum(q.retention_count), 0)::bigint AS retention_count,
                coalesce(sum(q.application_sum), 0)::bigint AS application_sum,
                coalesce(sum(q.application_count), 0)::bigint AS application_count,
                coalesce(sum(q.interactions_sum), 0)::bigint AS interactions_sum,
                coalesce(sum(q.meaningful_sum), 0)::bigint AS meaningful_sum
            FROM (
                SELECT
                    d.progress_rows,
                    d.comprehension_sum,
                    d.comprehension_count,
                    d.retention_sum,
                    d.retention_count,
                    d.application_sum,
                    d.application_count,
                    d.interactions_sum,
                    d.meaningful_sum
                FROM (
                SELECT
                    d.learner_id,
                    d.progress_rows,
                    d.comprehension_sum,
                    d.comprehension_count,
                    d.retention_sum,
                    d.retention_count,
                    d.application_sum,
                    d.application_count,
                    d.interactions_sum,
                    d.meaningful_sum
                FROM section_progress_delta AS d
                WHERE d.course_id = p_course_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.learner_id,
                    r.progress_rows,
                    r.comprehension_sum,
                    r.comprehension_count,
                    r.retention_sum,
                    r.retention_count,
                    r.application_sum,
                    r.application_count,
                    r.interactions_sum,
                    r.meaningful_sum
                FROM recount_section_progress() AS r
                WHERE r.course_id = p_course_id AND v_is_stale
                ) AS d
                WHERE
                    EXISTS (
                        SELECT FROM course_enrollments AS n
                        WHERE n.course_id = p_course_id AND n.learner_id = d.learner_id
                    )
                UNION ALL
                SELECT
                    v.progress_rows,
                    v.comprehension_sum,
                    v.comprehension_count,
                    v.retention_sum,
                    v.retention_count,
                    v.application_sum,
                    v.application_count,
                    v.interactions_sum,
                    v.meaningful_sum
                FROM moved AS v
            ) AS q
        ) AS section_progress
        CROSS JOIN
        (
            SELECT
                coalesce(sum(q.attempts), 0)::bigint AS attempts,
                coalesce(sum(q.best_sum), 0)::bigint AS best_sum,
                coalesce(sum(q.best_count), 0)::bigint AS best_count
            FROM (
                SELECT
                    m.attempts,
                    m.best_sum,
                    m.best_count
                FROM (
            SELECT
                c.learner_id,
                c.course_id,
                c.attempts,
                (c.best IS NOT NULL)::integer AS best_count,
                coalesce(c.best, 0) AS best_sum
            FROM counted AS c
            WHERE c.attempts > 0
            UNION ALL
            SELECT
                o.learner_id,
                o.course_id,
                -o.attempts,
                -(o.best IS NOT NULL)::integer,
                -coalesce(o.best, 0)
            FROM touched AS k
            INNER JOIN known AS o
                ON k.assessment_id = o.assessment_id AND k.learner_id = o.learner_id
                ) AS m
                WHERE
                    m.course_id = p_course_id
                    AND EXISTS (
                        SELECT FROM course_enrollments AS n
                        WHERE n.course_id = p_course_id AND n.learner_id = m.learner_id
                    )
                UNION ALL
                SELECT
                    v.attempts,
                    v.best_sum,
                    v.best_count
                FROM moved AS v
            ) AS q
        ) AS assessment_attempts
    )

    SELECT
        enrollments,
        completed,
        progress_sum::numeric / nullif(100 * enrollments, 0),
        time_sum::numeric / nullif(enrollments, 0),
        engagement_sum::numeric / nullif(100 * engagement_count, 0),
        comprehension_sum::numeric / nullif(100 * comprehension_count, 0),
        retention_sum::numeric / nullif(100 * retention_count, 0),
        application_sum::numeric / nullif(100 * application_count, 0),
        interactions_sum::numeric / nullif(progress_rows, 0),
        meaningful_sum::numeric / nullif(progress_rows, 0),
        attempts,
        best_sum::numeric / nullif(100 * best_count, 0)
    FROM (
        SELECT
            coalesce(s.enrollments, 0) + c.enrollments AS enrollments,
            coalesce(s.completed, 0) + c.completed AS completed,
            coalesce(s.progress_sum, 0) + c.progress_sum AS progress_sum,
            coalesce(s.time_sum, 0) + c.time_sum AS time_sum,
            coalesce(s.engagement_sum, 0) + c.engagement_sum AS engagement_sum,
            coalesce(s.engagement_count, 0) + c.engagement_count AS engagement_count,
            coalesce(s.progress_rows, 0) + c.progress_rows AS progress_rows,
            coalesce(s.comprehension_sum, 0) + c.comprehension_sum AS comprehension_sum,
            coalesce(s.comprehension_count, 0) + c.comprehension_count AS comprehension_count,
            coalesce(s.retention_sum, 0) + c.retention_sum AS retention_sum,
            coalesce(s.retention_count, 0) + c.retention_count AS retention_count,
            coalesce(s.application_sum, 0) + c.application_sum AS application_sum,
            coalesce(s.application_count, 0) + c.application_count AS application_count,
            coalesce(s.interactions_sum, 0) + c.interactions_sum AS interactions_sum,
            coalesce(s.meaningful_sum, 0) + c.meaningful_sum AS meaningful_sum,
            coalesce(s.attempts, 0) + c.attempts AS attempts,
            coalesce(s.best_sum, 0) + c.best_sum AS best_sum,
            coalesce(s.best_count, 0) + c.best_count AS best_count
        FROM change AS c
        LEFT JOIN course_summary AS s
            ON s.course_id = p_course_id AND NOT v_is_stale
    ) AS t;
END;
$$;

REVOKE EXECUTE ON FUNCTION course_figures(uuid) FROM public;

COMMENT ON FUNCTION course_figures(uuid) IS
'Figures of a course, over its enrolled learners, in the snapshot of the reader: what '
'course_summary holds and what is queued; no row where the caller may not read them. A definer: '
'nobody reads the queues. For course_analytics, whose columns are described there.';
