-- The counters of section_progress from the events, for bulk loads that do not count one by one.
CREATE OR REPLACE FUNCTION rebuild_section_progress(p_course_id uuid) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_written bigint;
BEGIN
    IF p_course_id IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_course_id must not be NULL',
            HINT = 'Call it once for each course.';
    END IF;

    INSERT INTO section_progress AS sp (
        learner_id, section_id, course_id, status, first_accessed, last_accessed,
        total_time_spent, active_learning_time,
        interaction_count, meaningful_interactions, help_requests
    )
    SELECT
        i.learner_id,
        i.section_id,
        p_course_id,
        'in_progress',
        min(i.timestamp),
        max(i.timestamp),
        coalesce(sum(i.duration_seconds), 0),
        coalesce(sum(i.duration_seconds) FILTER (WHERE i.interaction_type = ANY(m.types)), 0),
        count(i.timestamp),
        count(*) FILTER (WHERE i.interaction_type = ANY(m.types)),
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
            NULL,
            NULL,
            NULL
        FROM section_progress AS o
        WHERE o.course_id = p_course_id
    ) AS i
    CROSS JOIN (
        VALUES (
            ARRAY['knowledge_check', 'practice_activity', 'reflection', 'discussion']
            ::interaction_type []
        )
    ) AS m (types)
    GROUP BY i.learner_id, i.section_id
    ON CONFLICT (learner_id, section_id) DO UPDATE SET
        first_accessed = excluded.first_accessed,
        last_accessed = excluded.last_accessed,
        total_time_spent = excluded.total_time_spent,
        active_learning_time = excluded.active_learning_time,
        interaction_count = excluded.interaction_count,
        meaningful_interactions = excluded.meaningful_interactions,
        help_requests = excluded.help_requests
    WHERE
        (
            sp.first_accessed, sp.last_accessed, sp.total_time_spent, sp.active_learning_time,
            sp.interaction_count, sp.meaningful_interactions, sp.help_requests
        ) IS DISTINCT FROM (
            excluded.first_accessed, excluded.last_accessed,
            excluded.total_time_spent, excluded.active_learning_time,
            excluded.interaction_count, excluded.meaningful_interactions, excluded.help_requests
        );
    GET DIAGNOSTICS v_written = ROW_COUNT;
    RETURN v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION rebuild_section_progress(uuid) FROM public;

COMMENT ON FUNCTION rebuild_section_progress(uuid) IS
'Counts the interactions of a course anew into section_progress: counts, seconds, first and '
'last access; meaningful and active are knowledge_check, practice_activity, reflection and '
'discussion. Makes a row, in_progress, where there was none; touches neither completion nor '
'status of the others. Returns how many rows it wrote: 0 when called again. Raises 22023 when '
'p_course_id is NULL.';
