-- Definition of what section_progress counts of the events: rebuild_section_progress and
-- check_derived_columns both read it here; record_interaction adds one event at a time.
-- depends: functions/is_meaningful_interaction
CREATE OR REPLACE FUNCTION derive_section_counters(p_course_id uuid) RETURNS TABLE (
    learner_id uuid,
    section_id uuid,
    first_accessed timestamptz,
    last_accessed timestamptz,
    total_time_spent integer,
    active_learning_time integer,
    interaction_count bigint,
    meaningful_interactions bigint,
    help_requests bigint
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- of many courses, each would be planned anew where a check wants plans of its own
SET plan_cache_mode = auto
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        i.learner_id,
        i.section_id,
        min(i.first_accessed),
        max(i.last_accessed),
        least(coalesce(sum(i.seconds), 0), 2147483647)::integer,
        least(coalesce(sum(i.seconds) FILTER (WHERE i.is_meaningful), 0), 2147483647)::integer,
        coalesce(sum(i.interactions), 0)::bigint,
        coalesce(sum(i.interactions) FILTER (WHERE i.is_meaningful), 0)::bigint,
        coalesce(sum(i.help_requests), 0)::bigint
    FROM (
        SELECT
            li.learner_id,
            li.section_id,
            li.timestamp AS first_accessed,
            li.timestamp AS last_accessed,
            li.duration_seconds::bigint AS seconds,
            is_meaningful_interaction(li.interaction_type) AS is_meaningful,
            1::bigint AS interactions,
            (li.interaction_type = 'help_request')::integer::bigint AS help_requests
        FROM learning_interactions AS li
        WHERE li.course_id = p_course_id AND li.section_id IS NOT NULL
        UNION ALL
        SELECT
            t.learner_id,
            t.section_id,
            t.first_accessed,
            t.last_accessed,
            v.seconds,
            v.is_meaningful,
            v.interactions,
            v.help_requests
        FROM expired_interaction_totals AS t
        CROSS JOIN
            LATERAL (
                VALUES
                (t.active_learning_time, TRUE, t.meaningful_interactions, 0),
                (
                    t.total_time_spent - t.active_learning_time,
                    FALSE,
                    t.interaction_count - t.meaningful_interactions,
                    t.help_requests
                )
            ) AS v (seconds, is_meaningful, interactions, help_requests)
        WHERE t.course_id = p_course_id
        UNION ALL
        -- Progress rows without an event, which end with nothing counted. As a part of the same
        -- sum: right after a bulk load no statistics tell the planner how to look for them.
        SELECT
            o.learner_id,
            o.section_id,
            NULL AS first_accessed,
            NULL AS last_accessed,
            NULL AS seconds,
            NULL AS is_meaningful,
            NULL AS interactions,
            NULL AS help_requests
        FROM section_progress AS o
        WHERE o.course_id = p_course_id
    ) AS i
    GROUP BY i.learner_id, i.section_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_section_counters(uuid) FROM public;

COMMENT ON FUNCTION derive_section_counters(uuid) IS
'For each learner and section of the course with an interaction or a progress row: first and last '
'access, seconds (at most the largest integer) and counts of all interactions, of meaningful ones '
'and of help requests, those that drop_expired_data dropped included; without an interaction NULL '
'and 0.';
