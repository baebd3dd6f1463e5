-- A section is completed by its criteria, at the moment when they are first met: who reopens it
-- afterwards is not contradicted, and criteria that change later neither complete nor reopen.
-- A definer, because who writes progress need not be able to read sections.
-- depends: functions/judge_completion
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

    v_met := judge_completion(
        jsonb_strip_nulls(
            jsonb_build_object(
                'min_seconds', 60 * v_section.minimum_engagement_time::bigint,
                -- a score that the application supplies rests on no evidence of ours
                'min_evidence', CASE
                    WHEN
                        v_section.criteria ? 'min_score'
                        AND 'comprehension_score' <> ALL(new.supplied)
                        THEN 1
                END
            ) || v_section.criteria
        ),
        new.active_learning_time, new.interaction_count, new.comprehension_score,
        new.comprehension_n
    );
    SELECT
        string_agg(
            format(
                '%s is %s of %s', c.key, coalesce(c.value ->> 'value', 'unknown'),
                c.value ->> 'limit'
            ), ', '
            ORDER BY c.key
        )
    INTO v_unmet
    FROM jsonb_each(v_met) AS c
    WHERE NOT (c.value -> 'met')::boolean;
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
        -- who reopens it does so, whatever was met since it was completed
        AND coalesce(old.status NOT IN ('completed', 'mastered'), TRUE)
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
'minimum_engagement_time stands in for min_seconds, 1 for min_evidence where min_score is given. '
'Raises 23514 for a change to completed or mastered that does not meet them, unless '
'validation_method is adaptive.';
