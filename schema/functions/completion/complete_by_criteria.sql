-- A section is completed by its criteria, at the moment when they are first met: who reopens it
-- afterwards is not contradicted, and criteria that change later neither complete nor reopen.
-- A definer, because who writes progress need not be able to read sections.
CREATE OR REPLACE FUNCTION complete_by_criteria() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the table was empty must not scan a full one
SET enable_seqscan = off
AS $$
DECLARE
    v_section record;
    v_met jsonb;
    v_unmet text;
BEGIN
    SELECT
        s.completion_criteria AS criteria,
        s.minimum_engagement_time
    INTO v_section
    FROM learning_sections AS s
    WHERE s.id = new.section_id AND s.completion_criteria IS NOT NULL;
    IF NOT FOUND THEN
        RETURN new;
    ELSIF old.status IN ('completed', 'mastered') AND new.status IN ('completed', 'mastered') THEN
        new.completion_criteria_met := old.completion_criteria_met;
        RETURN new;
    END IF;

    SELECT
        jsonb_object_agg(
            c.key,
            jsonb_build_object(
                'value', c.value, 'limit', c.least, 'met', coalesce(c.value >= c.least, FALSE)
            )
        ),
        string_agg(
            format('%s is %s of %s', c.key, coalesce(c.value::text, 'unknown'), c.least), ', '
            ORDER BY c.key
        ) FILTER (WHERE coalesce(c.value < c.least, TRUE))
    INTO v_met, v_unmet
    FROM (
        VALUES
        (
            'min_seconds', new.active_learning_time::numeric,
            coalesce(
                (v_section.criteria -> 'min_seconds')::numeric,
                60 * v_section.minimum_engagement_time
            )
        ),
        (
            'min_interactions', new.interaction_count,
            (v_section.criteria -> 'min_interactions')::numeric
        ),
        ('min_score', new.comprehension_score, (v_section.criteria -> 'min_score')::numeric)
    ) AS c (key, value, least)
    WHERE c.least IS NOT NULL;
    IF v_met IS NULL THEN
        RETURN new;
    ELSIF new.status IN ('completed', 'mastered') THEN
        IF v_unmet IS NOT NULL AND new.validation_method IS DISTINCT FROM 'adaptive' THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'learner %s has not completed section %s: %s',
                    new.learner_id, new.section_id, v_unmet
                ),
                HINT = 'Set validation_method to adaptive to complete it nevertheless, or change '
                    'completion_criteria of the section.',
                CONSTRAINT = 'section_progress_completion_criteria_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'status';
        END IF;
    ELSIF v_unmet IS NULL
        AND coalesce(
            NOT old.completion_criteria_met @? '$.*.met ? (@ == true)'
            OR old.completion_criteria_met @? '$.*.met ? (@ == false)', TRUE
        )
    THEN
        new.status := 'completed';
        new.completion_percentage := 100;
    END IF;
    new.completion_criteria_met := v_met;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION complete_by_criteria() FROM public;

COMMENT ON FUNCTION complete_by_criteria() IS
'Trigger: in a section with completion_criteria, says in completion_criteria_met the value and '
'limit of each, and makes the row completed, 100 percent, when all are met for the first time. '
'minimum_engagement_time stands in for min_seconds. Raises 23514 for a change to completed or '
'mastered that does not meet them, unless validation_method is adaptive.';
