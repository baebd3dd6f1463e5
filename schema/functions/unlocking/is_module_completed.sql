-- What completing a module means: the sections, and where the module sets a passing score, also
-- the assessments of its sections.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION is_module_completed(
    p_learner_id uuid,
    p_module_id uuid
) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN (
        SELECT
            EXISTS (
                SELECT FROM learning_modules AS m
                WHERE m.id = p_module_id
            )
            AND NOT EXISTS (
                SELECT
                FROM learning_sections AS s
                LEFT JOIN
                    section_progress AS sp
                    ON s.id = sp.section_id AND sp.learner_id = p_learner_id
                WHERE
                    s.module_id = p_module_id
                    AND coalesce(sp.status, 'not_started') NOT IN ('completed', 'mastered')
            )
            AND NOT EXISTS (
                SELECT
                FROM learning_modules AS m
                INNER JOIN learning_sections AS s ON m.id = s.module_id
                INNER JOIN educational_assessments AS a ON s.id = a.section_id
                CROSS JOIN
                    LATERAL (
                        SELECT max(t.percentage_score) AS percentage
                        FROM assessment_attempts AS t
                        WHERE
                            t.assessment_id = a.id
                            AND t.learner_id = p_learner_id
                            AND is_graded_attempt(t.completion_status)
                    ) AS best
                WHERE
                    m.id = p_module_id
                    AND m.minimum_passing_score IS NOT NULL
                    AND a.total_points > 0
                    AND coalesce(best.percentage / 100 < m.minimum_passing_score, TRUE)
            )
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION is_module_completed(uuid, uuid) FROM public;

COMMENT ON FUNCTION is_module_completed(uuid, uuid) IS
'Whether the learner completed the module: all its sections are completed or mastered and, where '
'minimum_passing_score is set, the best percentage / 100 of each assessment of its sections that '
'gives points reaches it. A module without sections counts as completed; FALSE for an unknown one.';
