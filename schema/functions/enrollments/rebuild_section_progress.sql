-- The counters of section_progress from the events, for bulk loads that do not count one by one.
-- The rows are locked before the events are read, so that none is counted from an older state.
-- depends: functions/derive_section_counters
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

    PERFORM FROM section_progress AS sp
    WHERE sp.course_id = p_course_id
    ORDER BY sp.learner_id, sp.section_id
    FOR NO KEY UPDATE;

    -- counted here: on Citus, ROW_COUNT would be that of the SELECT
    WITH written AS (
        INSERT INTO section_progress AS sp (
            learner_id, section_id, course_id, status, first_accessed, last_accessed,
            total_time_spent, active_learning_time,
            interaction_count, meaningful_interactions, help_requests
        )
        SELECT
            d.learner_id,
            d.section_id,
            p_course_id,
            'in_progress',
            d.first_accessed,
            d.last_accessed,
            d.total_time_spent,
            d.active_learning_time,
            d.interaction_count,
            d.meaningful_interactions,
            d.help_requests
        FROM derive_section_counters(p_course_id) AS d
        ORDER BY d.learner_id, d.section_id
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
            )
        RETURNING id
    )

    SELECT count(*) INTO v_written FROM written;
    RETURN v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION rebuild_section_progress(uuid) FROM public;

COMMENT ON FUNCTION rebuild_section_progress(uuid) IS
'Counts the interactions of a course anew into section_progress: counts, seconds, first and '
'last access; meaningful and active are knowledge_check, practice_activity, reflection and '
'discussion. Makes a row, in_progress, where there was none; touches neither completion nor status '
'of the others. Returns how many rows it wrote: 0 when called again. Raises 22023 when p_course_id '
'is NULL.';
