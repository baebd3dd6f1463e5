-- Written from src/lms_schema/measures by make generate.
-- Figures of a learner as the tables have them: what the last refresh added up, and what is queued
-- since. By index for one learner, so that it costs what is queued for them.
-- A definer, because nobody reads the queues; so it asks by itself whether the caller may read.
-- depends: functions/may_read_learner_figures functions/recount_assessment_attempts
CREATE OR REPLACE FUNCTION learner_figures(p_learner_id uuid) RETURNS TABLE (
    enrollments bigint,
    completed bigint,
    average_course_progress numeric,
    time_sum bigint,
    overall_comprehension numeric,
    overall_retention numeric,
    overall_application numeric,
    attempts bigint,
    average_assessment_performance numeric,
    sessions bigint,
    average_session_duration numeric,
    average_engagement_level numeric,
    average_focus_score numeric,
    average_productivity_score numeric,
    interaction_learning_effectiveness numeric,
    preferred_interaction_type interaction_type
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
    IF NOT may_read_learner_figures(p_learner_id) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH known AS NOT MATERIALIZED (
        SELECT s.*
        FROM learner_assessment_summary AS s
        WHERE NOT v_is_stale
    ),

    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM assessment_attempts_delta AS d
        WHERE d.learner_id = p_learner_id AND NOT v_is_stale
        UNION
        SELECT
            t.learner_id,
            t.assessment_id
        FROM assessment_attempts AS t
        WHERE t.learner_id = p_learner_id AND v_is_stale
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

    change AS (
        SELECT *
        FROM
        (
            SELECT
                coalesce(sum(d.enrollments), 0)::bigint AS enrollments,
                coalesce(sum(d.completed), 0)::bigint AS completed,
                coalesce(sum(d.progress_sum), 0)::bigint AS progress_sum,
                coalesce(sum(d.time_sum), 0)::bigint AS time_sum
            FROM (
                SELECT
                    d.enrollments,
                    d.completed,
                    d.progress_sum,
                    d.time_sum
                FROM course_enrollments_delta AS d
                WHERE d.learner_id = p_learner_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.enrollments,
                    r.completed,
                    r.progress_sum,
                    r.time_sum
                FROM recount_course_enrollments() AS r
                WHERE r.learner_id = p_learner_id AND v_is_stale
            ) AS d
        ) AS course_enrollments
        CROSS JOIN
        (
            SELECT
                coalesce(sum(d.progress_rows), 0)::bigint AS progress_rows,
                coalesce(sum(d.comprehension_sum), 0)::bigint AS comprehension_sum,
                coalesce(sum(d.comprehension_count), 0)::bigint AS comprehension_count,
                coalesce(sum(d.retention_sum), 0)::bigint AS retention_sum,
                coalesce(sum(d.retention_count), 0)::bigint AS retention_count,
                coalesce(sum(d.application_sum), 0)::bigint AS application_sum,
                coalesce(sum(d.application_count), 0)::bigint AS application_count
            FROM (
                SELECT
                    d.progress_rows,
                    d.comprehension_sum,
                    d.comprehension_count,
                    d.retention_sum,
                    d.retention_count,
                    d.application_sum,
                    d.application_count
                FROM section_progress_delta AS d
                WHERE d.learner_id = p_learner_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.progress_rows,
                    r.comprehension_sum,
                    r.comprehension_count,
                    r.retention_sum,
                    r.retention_count,
                    r.application_sum,
                    r.application_count
                FROM recount_section_progress() AS r
                WHERE r.learner_id = p_learner_id AND v_is_stale
            ) AS d
        ) AS section_progress
        CROSS JOIN
        (
            SELECT
                coalesce(sum(m.attempts), 0)::bigint AS attempts,
                coalesce(sum(m.best_sum), 0)::bigint AS best_sum,
                coalesce(sum(m.best_count), 0)::bigint AS best_count
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
        ) AS assessment_attempts
        CROSS JOIN
        (
            SELECT
                coalesce(sum(d.sessions), 0)::bigint AS sessions,
                coalesce(sum(d.duration_sum), 0)::bigint AS duration_sum,
                coalesce(sum(d.duration_count), 0)::bigint AS duration_count,
                coalesce(sum(d.level_sum), 0)::bigint AS level_sum,
                coalesce(sum(d.level_count), 0)::bigint AS level_count,
                coalesce(sum(d.focus_sum), 0)::bigint AS focus_sum,
                coalesce(sum(d.focus_count), 0)::bigint AS focus_count,
                coalesce(sum(d.productivity_sum), 0)::bigint AS productivity_sum,
                coalesce(sum(d.productivity_count), 0)::bigint AS productivity_count
            FROM (
                SELECT
                    d.sessions,
                    d.duration_sum,
                    d.duration_count,
                    d.level_sum,
                    d.level_count,
                    d.focus_sum,
                    d.focus_count,
                    d.productivity_sum,
                    d.productivity_count
                FROM learning_sessions_delta AS d
                WHERE d.learner_id = p_learner_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.sessions,
                    r.duration_sum,
                    r.duration_count,
                    r.level_sum,
                    r.level_count,
                    r.focus_sum,
                    r.focus_count,
                    r.productivity_sum,
                    r.productivity_count
                FROM recount_learning_sessions() AS r
                WHERE r.learner_id = p_learner_id AND v_is_stale
            ) AS d
        ) AS learning_sessions
        CROSS JOIN
        (
            SELECT
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'content_view'), 0
            )::bigint AS content_view,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'knowledge_check'), 0
            )::bigint AS knowledge_check,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'practice_activity'), 0
            )::bigint AS practice_activity,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'reflection'), 0
            )::bigint AS reflection,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'discussion'), 0
            )::bigint AS discussion,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'help_request'), 0
            )::bigint AS help_request,
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = 'navigation'), 0
            )::bigint AS navigation,
                coalesce(sum(d.effectiveness_sum), 0)::bigint AS effectiveness_sum,
                coalesce(sum(d.effectiveness_count), 0)::bigint AS effectiveness_count
            FROM (
                SELECT
                    d.interaction_type,
                    d.interactions,
                    d.effectiveness_sum,
                    d.effectiveness_count
                FROM learning_interactions_delta AS d
                WHERE d.learner_id = p_learner_id AND NOT v_is_stale
                UNION ALL
                SELECT
                    r.interaction_type,
                    r.interactions,
                    r.effectiveness_sum,
                    r.effectiveness_count
                FROM recount_learning_interactions() AS r
                WHERE r.learner_id = p_learner_id AND v_is_stale
            ) AS d
        ) AS learning_interactions
    )

    SELECT
        enrollments,
        completed,
        progress_sum::numeric / nullif(100 * enrollments, 0),
        time_sum,
        comprehension_sum::numeric / nullif(100 * comprehension_count, 0),
        retention_sum::numeric / nullif(100 * retention_count, 0),
        application_sum::numeric / nullif(100 * application_count, 0),
        attempts,
        best_sum::numeric / nullif(100 * best_count, 0),
        sessions,
        duration_sum::numeric / nullif(duration_count, 0),
        level_sum::numeric / nullif(level_count, 0),
        focus_sum::numeric / nullif(100 * focus_count, 0),
        productivity_sum::numeric / nullif(100 * productivity_count, 0),
        effectiveness_sum::numeric / nullif(100 * effectiveness_count, 0),
        CASE greatest(
            content_view, knowledge_check, practice_activity, reflection, discussion, help_request,
            navigation
        )
            WHEN 0 THEN NULL
            WHEN content_view THEN 'content_view'::interaction_type
            WHEN knowledge_check THEN 'knowledge_check'::interaction_type
            WHEN practice_activity THEN 'practice_activity'::interaction_type
            WHEN reflection THEN 'reflection'::interaction_type
            WHEN discussion THEN 'discussion'::interaction_type
            WHEN help_request THEN 'help_request'::interaction_type
            WHEN navigation THEN 'navigation'::interaction_type
        END
    FROM (
        SELECT
            coalesce(s.enrollments, 0) + c.enrollments AS enrollments,
            coalesce(s.completed, 0) + c.completed AS completed,
            coalesce(s.progress_sum, 0) + c.progress_sum AS progress_sum,
            coalesce(s.time_sum, 0) + c.time_sum AS time_sum,
            coalesce(s.progress_rows, 0) + c.progress_rows AS progress_rows,
            coalesce(s.comprehension_sum, 0) + c.comprehension_sum AS comprehension_sum,
            coalesce(s.comprehension_count, 0) + c.comprehension_count AS comprehension_count,
            coalesce(s.retention_sum, 0) + c.retention_sum AS retention_sum,
            coalesce(s.retention_count, 0) + c.retention_count AS retention_count,
            coalesce(s.application_sum, 0) + c.application_sum AS application_sum,
            coalesce(s.application_count, 0) + c.application_count AS application_count,
            coalesce(s.attempts, 0) + c.attempts AS attempts,
            coalesce(s.best_sum, 0) + c.best_sum AS best_sum,
            coalesce(s.best_count, 0) + c.best_count AS best_count,
            coalesce(s.sessions, 0) + c.sessions AS sessions,
            coalesce(s.duration_sum, 0) + c.duration_sum AS duration_sum,
            coalesce(s.duration_count, 0) + c.duration_count AS duration_count,
            coalesce(s.level_sum, 0) + c.level_sum AS level_sum,
            coalesce(s.level_count, 0) + c.level_count AS level_count,
            coalesce(s.focus_sum, 0) + c.focus_sum AS focus_sum,
            coalesce(s.focus_count, 0) + c.focus_count AS focus_count,
            coalesce(s.productivity_sum, 0) + c.productivity_sum AS productivity_sum,
            coalesce(s.productivity_count, 0) + c.productivity_count AS productivity_count,
            coalesce(s.effectiveness_sum, 0) + c.effectiveness_sum AS effectiveness_sum,
            coalesce(s.effectiveness_count, 0) + c.effectiveness_count AS effectiveness_count,
            coalesce(s.content_view, 0) + c.content_view AS content_view,
            coalesce(s.knowledge_check, 0) + c.knowledge_check AS knowledge_check,
            coalesce(s.practice_activity, 0) + c.practice_activity AS practice_activity,
            coalesce(s.reflection, 0) + c.reflection AS reflection,
            coalesce(s.discussion, 0) + c.discussion AS discussion,
            coalesce(s.help_request, 0) + c.help_request AS help_request,
            coalesce(s.navigation, 0) + c.navigation AS navigation
        FROM change AS c
        LEFT JOIN learner_summary AS s
            ON s.learner_id = p_learner_id AND NOT v_is_stale
    ) AS t;
END;
$$;

REVOKE EXECUTE ON FUNCTION learner_figures(uuid) FROM public;

COMMENT ON FUNCTION learner_figures(uuid) IS
'Figures of a learner, over all courses, in the snapshot of the reader: what learner_summary holds '
'and what is queued; no row where the caller may not read them. A definer: nobody reads the '
'queues. For learner_analytics, whose columns are described there.';
