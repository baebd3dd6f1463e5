-- Completion criteria are checked when they are written, so that no event meets one that it cannot
-- evaluate.
CREATE OR REPLACE FUNCTION check_completion_criteria() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_criteria jsonb := new.completion_criteria;
    v_problem text;
BEGIN
    IF jsonb_typeof(v_criteria) <> 'object' THEN
        RETURN new; -- the CHECK of the table refuses it
    END IF;

    SELECT string_agg(k.key, ', ' ORDER BY k.key) INTO v_problem
    FROM jsonb_object_keys(v_criteria) AS k (key)
    WHERE k.key NOT IN ('min_seconds', 'min_interactions', 'min_score', 'min_evidence');
    IF v_problem IS NOT NULL THEN
        v_problem := format('unknown key %s', v_problem);
    ELSE
        SELECT format('%s %s is not a number from 0', e.key, e.value) INTO v_problem
        FROM jsonb_each(v_criteria) AS e
        WHERE NOT coalesce(
            e.value @? CASE
                WHEN e.key = 'min_score' THEN 'strict $ ? (@ >= 0 && @ <= 1)'
                ELSE 'strict $ ? (@ >= 0)'
            END::jsonpath, FALSE
        )
        ORDER BY e.key
        LIMIT 1;
    END IF;
    IF v_problem IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format('completion_criteria: %s', v_problem),
            HINT = 'Write {"min_seconds": number, "min_interactions": number, "min_score": 0 to 1, '
                '"min_evidence": number}, each optional.',
            CONSTRAINT = 'learning_sections_completion_criteria_rule_check',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'completion_criteria';
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_completion_criteria() FROM public;

COMMENT ON FUNCTION check_completion_criteria() IS
'Trigger: raises 23514 when completion_criteria has a key other than min_seconds, '
'min_interactions, min_score and min_evidence, or a value that is not a number from 0, of '
'min_score to 1.';
