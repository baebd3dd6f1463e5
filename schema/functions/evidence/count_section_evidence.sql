-- Writes what derive_section_evidence says. Whoever calls it has locked the rows, so that what
-- others committed is seen. Counted, not added: rows that get another learner or section, and
-- events that nobody counted yet, end with true values in any order.
-- A definer: called by triggers for writers who may not write progress.
-- depends: functions/derive_section_evidence
CREATE OR REPLACE FUNCTION count_section_evidence(
    p_learner_ids uuid[],
    p_section_ids uuid[]
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- arrays would be planned anew at each call; the plan that is kept must suit a table that grows
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
    UPDATE section_progress AS sp SET
        measures_version = sp.measures_version + 1,
        comprehension_n = n.comprehension_n,
        comprehension_sum = n.comprehension_sum,
        application_n = n.application_n,
        application_sum = n.application_sum
    FROM (
        SELECT
            k.learner_id,
            k.section_id,
            coalesce(d.comprehension_n, 0) AS comprehension_n,
            coalesce(d.comprehension_sum, 0) AS comprehension_sum,
            coalesce(d.application_n, 0) AS application_n,
            coalesce(d.application_sum, 0) AS application_sum
        FROM unnest(p_learner_ids, p_section_ids) AS k (learner_id, section_id)
        LEFT JOIN derive_section_evidence(p_section_ids, p_learner_ids) AS d
            ON k.learner_id = d.learner_id AND k.section_id = d.section_id
    ) AS n
    WHERE
        sp.learner_id = n.learner_id
        AND sp.section_id = n.section_id
        AND (
            sp.comprehension_n, sp.comprehension_sum, sp.application_n, sp.application_sum
        ) IS DISTINCT FROM (
            n.comprehension_n, n.comprehension_sum, n.application_n, n.application_sum
        );
END;
$$;

REVOKE EXECUTE ON FUNCTION count_section_evidence(uuid[], uuid[]) FROM public;

COMMENT ON FUNCTION count_section_evidence(uuid[], uuid[]) IS
'For distinct pairs of learner and section: counts the evidence of their progress rows anew. '
'Definer: called by triggers for writers who may not write progress.';
