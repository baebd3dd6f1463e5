-- A derived session is the schema's own, but for the columns that supplied names and for what no
-- log tells: it changes only together with the next number of derivations, which an application
-- that saves a whole row does not send. Whatever else a statement writes is brought back, without
-- an error.
CREATE OR REPLACE FUNCTION keep_derived_session() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_is_derivation boolean := new.derivations = old.derivations + 1;
BEGIN
    new.derived := old.derived;
    IF NOT old.derived THEN
        new.derivations := old.derivations;
        RETURN new;
    END IF;
    IF NOT v_is_derivation THEN
        new.derivations := old.derivations;
        new.session_start := old.session_start;
        new.session_end := old.session_end;
        new.duration_minutes := old.duration_minutes;
    END IF;
    IF v_is_derivation = ('interactions_completed' = ANY(new.supplied)) THEN
        new.interactions_completed := old.interactions_completed;
    END IF;
    IF v_is_derivation = ('assessments_taken' = ANY(new.supplied)) THEN
        new.assessments_taken := old.assessments_taken;
    END IF;
    IF v_is_derivation = ('sections_completed' = ANY(new.supplied)) THEN
        new.sections_completed := old.sections_completed;
    END IF;
    IF v_is_derivation = ('progress_percentage_gain' = ANY(new.supplied)) THEN
        new.progress_percentage_gain := old.progress_percentage_gain;
    END IF;
    IF v_is_derivation = ('engagement_level' = ANY(new.supplied)) THEN
        new.engagement_level := old.engagement_level;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_derived_session() FROM public;

COMMENT ON FUNCTION keep_derived_session() IS
'Trigger: brings back what an application writes into times and measures of a derived session, '
'unless supplied names the column, and into derived of any session.';
