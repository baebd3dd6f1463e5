-- The counters and the evidence of section_progress from the events and attempts, for bulk loads
-- that do not count one by one. The rows are locked before the events are read, so that none is
-- counted from an older state.
-- depends: functions/begin_enrollments
-- depends: functions/derive_section_counters functions/derive_section_evidence
-- depends: functions/derive_section_retention
CREATE OR REPLACE FUNCTION rebuild_section_progress(p_course_id uuid) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_section_ids uuid[];
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

    v_section_ids := ARRAY(SELECT s.id FROM learning_sections AS s WHERE s.course_id = p_course_id);
    -- counted here: on Citus, ROW_COUNT would be that of the SELECT
    WITH written AS (
        INSERT INTO section_progress AS sp (
            learner_id, section_id, course_id, status, first_accessed, last_accessed,
            total_time_spent, active_learning_time,
            interaction_count, meaningful_interactions, help_requests,
            measures_version, comprehension_n, comprehension_sum, application_n, application_sum,
            retention_n, retention_sum
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
            d.help_requests,
            1,
            coalesce(e.comprehension_n, 0),
            coalesce(e.comprehension_sum, 0),
            coalesce(e.application_n, 0),
            coalesce(e.application_sum, 0),
            coalesce(r.retention_n, 0),
            coalesce(r.retention_sum, 0)
        FROM derive_section_counters(p_course_id) AS d
        LEFT JOIN derive_section_evidence(v_section_ids) AS e
            ON d.learner_id = e.learner_id AND d.section_id = e.section_id
        LEFT JOIN derive_section_retention(v_section_ids) AS r
            ON d.learner_id = r.learner_id AND d.section_id = r.section_id
        ORDER BY d.learner_id, d.section_id
        ON CONFLICT (learner_id, section_id) DO UPDATE SET
            first_accessed = excluded.first_accessed,
            last_accessed = excluded.last_accessed,
            total_time_spent = excluded.total_time_spent,
            active_learning_time = excluded.active_learning_time,
            interaction_count = excluded.interaction_count,
            meaningful_interactions = excluded.meaningful_interactions,
            help_requests = excluded.help_requests,
            measures_version = sp.measures_version + 1,
            comprehension_n = excluded.comprehension_n,
            comprehension_sum = excluded.comprehension_sum,
            application_n = excluded.application_n,
            application_sum = excluded.application_sum,
            retention_n = excluded.retention_n,
            retention_sum = excluded.retention_sum
        WHERE
            (
                sp.first_accessed, sp.last_accessed, sp.total_time_spent, sp.active_learning_time,
                sp.interaction_count, sp.meaningful_interactions, sp.help_requests,
                sp.comprehension_n, sp.comprehension_sum, sp.application_n, sp.application_sum,
                sp.retention_n, sp.retention_sum
            ) IS DISTINCT FROM (
                excluded.first_accessed, excluded.last_accessed,
                excluded.total_time_spent, excluded.active_learning_time,
                excluded.interaction_count, excluded.meaningful_interactions,
                excluded.help_requests,
                excluded.comprehension_n, excluded.comprehension_sum,
                excluded.application_n, excluded.application_sum,
                excluded.retention_n, excluded.retention_sum
            )
        RETURNING id
    )

    SELECT count(*) INTO v_written FROM written;

    -- who has events of the course alone has no progress row that would say so
    PERFORM begin_enrollments(array_agg(k.learner_id), array_agg(p_course_id))
    FROM (
        SELECT e.learner_id
        FROM course_enrollments AS e
        WHERE
            e.course_id = p_course_id
            AND e.completion_status = 'enrolled'
            AND e.learner_id IN (
                SELECT i.learner_id FROM learning_interactions AS i
                WHERE i.sectionless_course_id = p_course_id
            )
    ) AS k
    HAVING count(*) > 0;
    RETURN v_written;
END;
$$;

REVOKE EXECUTE ON FUNCTION rebuild_section_progress(uuid) FROM public;

COMMENT ON FUNCTION rebuild_section_progress(uuid) IS
'Counts the interactions of a course anew into section_progress: counts, seconds, first and last '
'access, and the evidence of the scores; meaningful and active are knowledge_check, '
'practice_activity, reflection and discussion. Makes a row, in_progress, where there was none; '
'touches neither completion nor status of the others. An enrollment that is still enrolled becomes '
'in_progress where events say so. Returns how many progress rows it wrote: 0 when called again. '
'Raises 22023 when p_course_id is NULL.';
