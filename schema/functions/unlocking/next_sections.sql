-- What a learner can do next, in the order of the course.
-- depends: functions/is_module_unlocked functions/is_unlock_rule_met
CREATE OR REPLACE FUNCTION next_sections(
    p_learner_id uuid,
    p_course_id uuid,
    p_limit integer DEFAULT 5,
    p_as_of timestamptz DEFAULT now()
) RETURNS TABLE (
    section_id uuid,
    module_id uuid,
    title varchar(255),
    module_order integer,
    section_order integer,
    status progress_status,
    completion_percentage numeric
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    WITH open_module AS MATERIALIZED (
        SELECT
            m.id,
            m.module_order
        FROM learning_modules AS m
        WHERE m.course_id = p_course_id AND is_module_unlocked(p_learner_id, m.id, p_as_of)
    ),

    progress AS (
        SELECT coalesce(max(e.overall_progress), 0) AS percentage
        FROM course_enrollments AS e
        WHERE e.learner_id = p_learner_id AND e.course_id = p_course_id
    )

    SELECT
        s.id,
        s.module_id,
        s.title,
        m.module_order,
        s.section_order,
        coalesce(sp.status, 'not_started'),
        coalesce(sp.completion_percentage, 0)
    FROM open_module AS m
    INNER JOIN learning_sections AS s ON m.id = s.module_id
    CROSS JOIN progress
    LEFT JOIN section_progress AS sp ON s.id = sp.section_id AND sp.learner_id = p_learner_id
    WHERE
        coalesce(sp.status, 'not_started') NOT IN ('completed', 'mastered')
        AND is_unlock_rule_met(s.unlock_conditions, progress.percentage, p_as_of)
    ORDER BY m.module_order, s.section_order
    LIMIT p_limit;
END;
$$;

REVOKE EXECUTE ON FUNCTION next_sections(uuid, uuid, integer, timestamptz) FROM public;

COMMENT ON FUNCTION next_sections(uuid, uuid, integer, timestamptz) IS
'Sections of the course that the learner has not completed and can open at p_as_of, in the order '
'of modules and sections, p_limit of them (NULL: all): the module is unlocked, see '
'is_module_unlocked, and unlock_conditions of the section hold. No row for an unknown course.';
