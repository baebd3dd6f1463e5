-- Definition of retention, after the delayed tests of Cepeda 2006 and 2008: what of a section is
-- still known when it was left alone for a week, once it was known. 168 hours, because a day of a
-- time zone may have 23.
-- What drop_expired_data settled is final: what came before an event may be gone, so that events
-- until last_tested of expired_interaction_totals are not counted again.
-- depends: functions/outcome_evidence
CREATE OR REPLACE FUNCTION derive_section_retention(
    p_section_ids uuid[],
    p_learner_ids uuid[] DEFAULT NULL,
    p_before timestamptz DEFAULT 'infinity'
) RETURNS TABLE (
    learner_id uuid,
    section_id uuid,
    retention_n integer,
    retention_sum bigint,
    last_tested timestamptz,
    was_successful boolean
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
    WITH settled AS MATERIALIZED (
        SELECT x.*
        FROM expired_interaction_totals AS x
        WHERE
            x.section_id = any(p_section_ids)
            AND (p_learner_ids IS NULL OR x.learner_id = any(p_learner_ids))
            AND x.last_tested IS NOT NULL
    ),

    tested AS (
        SELECT
            i.learner_id,
            i.section_id,
            i.timestamp,
            i.id,
            CASE
                WHEN i.interaction_type = 'knowledge_check' THEN outcome_evidence(i.outcome)
            END AS evidence,
            i.outcome = 'successful' AS is_successful
        FROM learning_interactions AS i
        LEFT JOIN settled AS s ON i.learner_id = s.learner_id AND i.section_id = s.section_id
        WHERE
            i.section_id = any(p_section_ids)
            AND (p_learner_ids IS NULL OR i.learner_id = any(p_learner_ids))
            AND i.interaction_type IN ('knowledge_check', 'practice_activity')
            AND i.timestamp < p_before
            AND (s.last_tested IS NULL OR i.timestamp > s.last_tested)
        UNION ALL
        SELECT
            s.learner_id,
            s.section_id,
            s.last_tested,
            NULL AS id,
            NULL AS evidence,
            s.was_successful
        FROM settled AS s
    ),

    series AS (
        SELECT
            t.*,
            t.timestamp - lag(t.timestamp) OVER earlier >= interval '168 hours' AS is_delayed,
            bool_or(t.is_successful) OVER (
                earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS was_known
        FROM tested AS t
        WINDOW
            earlier AS (PARTITION BY t.learner_id, t.section_id ORDER BY t.timestamp, t.id)
    ),

    counted AS (
        SELECT
            r.learner_id,
            r.section_id,
            count(r.evidence) FILTER (WHERE r.is_delayed AND r.was_known) AS n,
            coalesce(sum(r.evidence) FILTER (WHERE r.is_delayed AND r.was_known), 0) AS evidence,
            max(r.timestamp) AS last_tested,
            coalesce(bool_or(r.is_successful), FALSE) AS was_successful
        FROM series AS r
        GROUP BY r.learner_id, r.section_id
    )

    SELECT
        c.learner_id,
        c.section_id,
        (c.n + coalesce(s.retention_n, 0))::integer,
        (c.evidence + coalesce(s.retention_sum, 0))::bigint,
        c.last_tested,
        c.was_successful
    FROM counted AS c
    LEFT JOIN settled AS s ON c.learner_id = s.learner_id AND c.section_id = s.section_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_section_retention(uuid[], uuid[], timestamptz) FROM public;

COMMENT ON FUNCTION derive_section_retention(uuid[], uuid[], timestamptz) IS
'For each learner (NULL: any) and section with knowledge_check or practice_activity events before '
'p_before: how many pieces of evidence of retention, and their sum in ten-thousandths; the last of '
'these events, and whether one was successful. Evidence are the knowledge_check events that '
'outcome_evidence knows, at least 168 hours after the learner''s previous one of both kinds in the '
'section, once one was successful before. What drop_expired_data settled is included; an event '
'that is not later than the last settled one counts nothing.';
