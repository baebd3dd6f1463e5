-- The gate of adaptive progression: prerequisites, then criteria.
-- depends: functions/is_module_completed functions/is_unlock_rule_met
CREATE OR REPLACE FUNCTION is_module_unlocked(
    p_learner_id uuid,
    p_module_id uuid,
    p_as_of timestamptz DEFAULT now()
) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN (
        SELECT
            exists(
                SELECT
                FROM learning_modules AS m
                LEFT JOIN course_enrollments AS e
                    ON m.course_id = e.course_id AND e.learner_id = p_learner_id
                WHERE
                    m.id = p_module_id
                    AND is_unlock_rule_met(
                        m.unlock_criteria, coalesce(e.overall_progress, 0), p_as_of
                    )
                    AND NOT EXISTS (
                        SELECT
                        FROM jsonb_array_elements_text(m.prerequisite_modules) AS r (id)
                        WHERE NOT is_module_completed(p_learner_id, r.id::uuid)
                    )
            )
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION is_module_unlocked(uuid, uuid, timestamptz) FROM public;

COMMENT ON FUNCTION is_module_unlocked(uuid, uuid, timestamptz) IS
'Whether the module is open to the learner: all its prerequisite_modules are completed (see '
'is_module_completed) and unlock_criteria hold at p_as_of for the overall_progress of the '
'enrollment, 0 without one. FALSE for an unknown module.';
