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
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        i.learner_id,
        i.section_id,
        min(i.timestamp),
        max(i.timestamp),
        least(coalesce(sum(i.duration_seconds), 0), 2147483647)::integer,
        least(
            coalesce(
                sum(i.duration_seconds)
                FILTER (WHERE is_meaningful_interaction(i.interaction_type)),
                0
            ), 2147483647
        )::integer,
        count(i.timestamp),
        count(*) FILTER (WHERE is_meaningful_interaction(i.interaction_type)),
        count(*) FILTER (WHERE i.interaction_type = 'help_request')
    FROM (
        SELECT
            li.learner_id,
            li.section_id,
            li.timestamp,
            li.duration_seconds,
            li.interaction_type
        FROM learning_interactions AS li
        WHERE li.course_id = p_course_id
        UNION ALL
        -- Progress rows without an event, which end with nothing counted. As a part of the same
        -- sum: right after a bulk load no statistics tell the planner how to look for them.
        SELECT
            o.learner_id,
            o.section_id,
            NULL AS timestamp,
            NULL AS duration_seconds,
            NULL AS interaction_type
        FROM section_progress AS o
        WHERE o.course_id = p_course_id
    ) AS i
    GROUP BY i.learner_id, i.section_id;
END;

REVOKE EXECUTE ON FUNCTION derive_section_counters(uuid) FROM public;

COMMENT ON FUNCTION derive_section_counters(uuid) IS
'For each learner and section of the course with an interaction or a progress row: first and last '
'access, seconds (at most the largest integer) and counts of all interactions, of meaningful ones '
'and of help requests; without an interaction NULL and 0.';
