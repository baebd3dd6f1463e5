-- The analysis of an attempt is the triggers' own, but for the columns that supplied names: it
-- changes only together with the next number of analyses and by a trigger, as
-- keep_enrollment_measures has it. Whatever else a statement writes is brought back, without an
-- error.
CREATE OR REPLACE FUNCTION keep_attempt_analysis() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'INSERT'
        OR pg_trigger_depth() = 1
        OR new.analyses IS DISTINCT FROM coalesce(old.analyses, 0) + 1
    THEN
        -- of a new row, all that is old is NULL
        IF TG_OP = 'INSERT' OR new.analyses IS NOT NULL THEN
            new.analyses := coalesce(old.analyses, 0);
        END IF;
        new.objective_points := old.objective_points;
        IF NOT 'response_patterns' = ANY(new.supplied) THEN
            new.response_patterns := old.response_patterns;
        END IF;
        IF NOT 'knowledge_gaps' = ANY(new.supplied) THEN
            new.knowledge_gaps := old.knowledge_gaps;
        END IF;
        IF NOT 'strength_areas' = ANY(new.supplied) THEN
            new.strength_areas := old.strength_areas;
        END IF;
        IF NOT 'improvement_suggestions' = ANY(new.supplied) THEN
            new.improvement_suggestions := old.improvement_suggestions;
        END IF;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_attempt_analysis() FROM public;

COMMENT ON FUNCTION keep_attempt_analysis() IS
'Trigger: starts the analysis of a new attempt empty, and brings back what an application writes '
'into objective_points, and into response_patterns, knowledge_gaps, strength_areas and '
'improvement_suggestions, unless supplied names the column. analyses = NULL has it derived anew.';
