-- Definition of comprehension and application: rebuild_section_progress, check_derived_columns and
-- whatever corrects events or attempts read it here; record_interaction adds one event at a time.
-- depends: functions/attempt_evidence functions/outcome_evidence
CREATE OR REPLACE FUNCTION derive_section_evidence(
    p_section_ids uuid[],
    p_learner_ids uuid[] DEFAULT NULL
) RETURNS TABLE (
    learner_id uuid,
    section_id uuid,
    comprehension_n integer,
    comprehension_sum bigint,
    application_n integer,
    application_sum bigint
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- one learner and all of a course want plans of their own
SET plan_cache_mode = force_custom_plan
-- PL/pgSQL, since Citus cannot send on what is inlined from an SQL function
AS $$
BEGIN
    RETURN QUERY
    SELECT
        e.learner_id,
        e.section_id,
        coalesce(sum(e.n) FILTER (WHERE NOT e.is_application), 0)::integer,
        coalesce(sum(e.evidence) FILTER (WHERE NOT e.is_application), 0)::bigint,
        coalesce(sum(e.n) FILTER (WHERE e.is_application), 0)::integer,
        coalesce(sum(e.evidence) FILTER (WHERE e.is_application), 0)::bigint
    FROM (
        SELECT
            i.learner_id,
            i.section_id,
            i.interaction_type = 'practice_activity' AS is_application,
            1::bigint AS n,
            outcome_evidence(i.outcome)::bigint AS evidence
        FROM learning_interactions AS i
        WHERE
            i.section_id = any(p_section_ids)
            AND (p_learner_ids IS NULL OR i.learner_id = any(p_learner_ids))
            AND i.interaction_type IN ('knowledge_check', 'practice_activity')
            AND outcome_evidence(i.outcome) IS NOT NULL
        UNION ALL
        SELECT
            t.learner_id,
            a.section_id,
            a.format IN ('project', 'presentation', 'simulation') AS is_application,
            1 AS n,
            attempt_evidence(t.completion_status, t.percentage_score) AS evidence
        FROM educational_assessments AS a
        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
        WHERE
            a.section_id = any(p_section_ids)
            AND (p_learner_ids IS NULL OR t.learner_id = any(p_learner_ids))
            AND attempt_evidence(t.completion_status, t.percentage_score) IS NOT NULL
        UNION ALL
        SELECT
            x.learner_id,
            x.section_id,
            v.is_application,
            v.n,
            v.evidence
        FROM expired_interaction_totals AS x
        CROSS JOIN
            LATERAL (
                VALUES
                (FALSE, x.comprehension_n, x.comprehension_sum),
                (TRUE, x.application_n, x.application_sum)
            ) AS v (is_application, n, evidence)
        WHERE
            x.section_id = any(p_section_ids)
            AND (p_learner_ids IS NULL OR x.learner_id = any(p_learner_ids))
    ) AS e
    GROUP BY e.learner_id, e.section_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_section_evidence(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION derive_section_evidence(uuid[], uuid[]) IS
'For each learner (NULL: any) and section with evidence: how many pieces, and their sum in '
'ten-thousandths. Comprehension: knowledge_check events, as outcome_evidence has it, and graded '
'attempts at multiple_choice, short_answer and essay, as attempt_evidence has it. Application: '
'practice_activity events, and project, presentation and simulation. Events that '
'drop_expired_data dropped are included.';
