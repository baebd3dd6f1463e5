-- Writes what derive_attempt_analysis says, where it differs.
-- A definer, because who grades need not be able to read the attempts of others.
-- depends: functions/derive_attempt_analysis
CREATE OR REPLACE FUNCTION analyse_attempts(p_attempt_ids uuid[]) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE assessment_attempts AS t SET
        analyses = coalesce(t.analyses, 0) + 1,
        response_patterns = n.response_patterns,
        knowledge_gaps = n.knowledge_gaps,
        strength_areas = n.strength_areas,
        improvement_suggestions = n.improvement_suggestions,
        objective_points = n.objective_points
    FROM (
        SELECT
            o.id,
            CASE
                WHEN 'response_patterns' = ANY(o.supplied) THEN o.response_patterns
                ELSE d.response_patterns
            END AS response_patterns,
            CASE
                WHEN 'knowledge_gaps' = ANY(o.supplied) THEN o.knowledge_gaps
                ELSE d.knowledge_gaps
            END AS knowledge_gaps,
            CASE
                WHEN 'strength_areas' = ANY(o.supplied) THEN o.strength_areas
                ELSE d.strength_areas
            END AS strength_areas,
            CASE
                WHEN 'improvement_suggestions' = ANY(o.supplied) THEN o.improvement_suggestions
                ELSE d.improvement_suggestions
            END AS improvement_suggestions,
            d.objective_points
        FROM derive_attempt_analysis(p_attempt_ids) AS d
        INNER JOIN assessment_attempts AS o ON d.attempt_id = o.id
    ) AS n
    WHERE
        t.id = n.id
        AND (
            t.analyses IS NULL
            OR (
                t.response_patterns, t.knowledge_gaps, t.strength_areas, t.improvement_suggestions,
                t.objective_points
            ) IS DISTINCT FROM (
                n.response_patterns, n.knowledge_gaps, n.strength_areas, n.improvement_suggestions,
                n.objective_points
            )
        );
END;
$$;

REVOKE EXECUTE ON FUNCTION analyse_attempts(uuid[]) FROM public;

COMMENT ON FUNCTION analyse_attempts(uuid[]) IS
'Derives response_patterns, knowledge_gaps, strength_areas, improvement_suggestions and '
'objective_points of these attempts anew, but for the columns that supplied names. Definer: called '
'by a trigger for graders who may not read all attempts of the assessment.';
