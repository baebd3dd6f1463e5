-- Written from src/lms_schema/measures by make generate.
-- Moves the queue of learning_interactions into learner_summary and learner_day_summary, in one
-- statement and so in one snapshot.
-- depends: functions/is_meaningful_interaction
CREATE OR REPLACE FUNCTION drain_learning_interactions_delta() RETURNS TABLE (
    due_learner_id uuid,
    due_course_id uuid,
    is_session_due boolean,
    is_retention_due boolean
)
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    -- to plan what follows takes a millisecond or two
    IF NOT EXISTS (SELECT FROM learning_interactions_delta) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH drained AS (
        DELETE FROM learning_interactions_delta
        RETURNING *
    ),

    change AS (
        SELECT
            d.learner_id,
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
            sum(d.effectiveness_sum)::bigint AS effectiveness_sum,
            sum(d.effectiveness_count)::bigint AS effectiveness_count
        FROM drained AS d
        GROUP BY d.learner_id
    ),

    -- what belongs to no course is on no course's time axis
    daily AS (
        INSERT INTO learner_day_summary AS s (
            course_id, utc_day, learner_id, interactions, meaningful_interactions, seconds_sum
        )
        SELECT
            d.course_id,
            d.utc_day,
            d.learner_id,
            sum(d.interactions)::bigint,
            coalesce(
                sum(d.interactions) FILTER (WHERE is_meaningful_interaction(d.interaction_type)), 0
            )::bigint,
            sum(d.seconds_sum)::bigint
        FROM drained AS d
        WHERE d.course_id IS NOT NULL
        GROUP BY d.course_id, d.utc_day, d.learner_id
        ON CONFLICT (course_id, utc_day, learner_id) DO UPDATE
            SET
                interactions = s.interactions + excluded.interactions,
                meaningful_interactions
                = s.meaningful_interactions + excluded.meaningful_interactions,
                seconds_sum = s.seconds_sum + excluded.seconds_sum
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
    summed AS (
        INSERT INTO learner_summary AS s (
            learner_id, changed_at, content_view, knowledge_check, practice_activity, reflection,
            discussion, help_request, navigation, effectiveness_sum, effectiveness_count
        )
        SELECT
            c.learner_id,
            v_now,
            coalesce(o.content_view, 0) + c.content_view,
            coalesce(o.knowledge_check, 0) + c.knowledge_check,
            coalesce(o.practice_activity, 0) + c.practice_activity,
            coalesce(o.reflection, 0) + c.reflection,
            coalesce(o.discussion, 0) + c.discussion,
            coalesce(o.help_request, 0) + c.help_request,
            coalesce(o.navigation, 0) + c.navigation,
            coalesce(o.effectiveness_sum, 0) + c.effectiveness_sum,
            coalesce(o.effectiveness_count, 0) + c.effectiveness_count
        FROM change AS c
        LEFT JOIN learner_summary AS o ON c.learner_id = o.learner_id
        WHERE
            c.content_view <> 0
            OR c.knowledge_check <> 0
            OR c.practice_activity <> 0
            OR c.reflection <> 0
            OR c.discussion <> 0
            OR c.help_request <> 0
            OR c.navigation <> 0
            OR c.effectiveness_sum <> 0
            OR c.effectiveness_count <> 0
        ON CONFLICT (learner_id) DO UPDATE SET
            content_view = excluded.content_view,
            knowledge_check = excluded.knowledge_check,
            practice_activity = excluded.practice_activity,
            reflection = excluded.reflection,
            discussion = excluded.discussion,
            help_request = excluded.help_request,
            navigation = excluded.navigation,
            effectiveness_sum = excluded.effectiveness_sum,
            effectiveness_count = excluded.effectiveness_count,
            changed_at = CASE
                WHEN (
                    s.preferred_interaction_type, s.interaction_learning_effectiveness
                ) IS DISTINCT FROM (
                    excluded.preferred_interaction_type, excluded.interaction_learning_effectiveness
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    )

    SELECT q.*
    FROM (
        SELECT
            d.learner_id,
            d.course_id,
            coalesce(bool_or(c.derive_sessions), FALSE) AS is_session_due,
            bool_or(
                d.interaction_type IN ('knowledge_check', 'practice_activity')
            ) AS is_retention_due
        FROM drained AS d
        INNER JOIN educational_courses AS c ON d.course_id = c.id
        GROUP BY d.learner_id, d.course_id
    ) AS q
    WHERE q.is_session_due OR q.is_retention_due;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_learning_interactions_delta() FROM public;

COMMENT ON FUNCTION drain_learning_interactions_delta() IS
'Adds what is queued of events to learner_summary and learner_day_summary and empties the queue. '
'Returns whose sessions, and whose retention, are to be derived again. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
