-- Unlock rules are checked when they are written, so that no reader meets one it cannot evaluate.
-- depends: functions/is_time_with_zone
CREATE OR REPLACE FUNCTION check_unlock_rule() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_column text := tg_argv[0];
    v_rule jsonb := to_jsonb(new) -> v_column;
    v_problem text;
    v_unused timestamptz;
BEGIN
    IF jsonb_typeof(v_rule) <> 'object' THEN
        RETURN new; -- the CHECK of the table refuses it
    END IF;

    SELECT string_agg(k.key, ', ' ORDER BY k.key) INTO v_problem
    FROM jsonb_object_keys(v_rule) AS k (key)
    WHERE k.key NOT IN ('min_progress', 'after');
    IF v_problem IS NOT NULL THEN
        v_problem := format('unknown key %s', v_problem);
    ELSIF v_rule ? 'min_progress'
        AND NOT v_rule @? 'strict $.min_progress ? (@ >= 0 && @ <= 100)'
    THEN
        v_problem := format('min_progress %s is not a number of 0 to 100', v_rule -> 'min_progress');
    ELSIF v_rule ? 'after' THEN
        BEGIN
            IF is_time_with_zone(v_rule ->> 'after') THEN
                v_unused := (v_rule ->> 'after')::timestamptz;
            ELSE
                v_problem := format('after %s is not a time with zone', v_rule -> 'after');
            END IF;
        EXCEPTION
            WHEN data_exception THEN
                v_problem := format('after %s is no time that exists', v_rule -> 'after');
        END;
    END IF;
    IF v_problem IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format('%s: %s', v_column, v_problem),
            HINT = 'Write {"min_progress": 0 to 100, "after": "2030-01-31T08:00:00Z"}, each optional.',
            CONSTRAINT = format('%s_%s_rule_check', TG_TABLE_NAME, v_column),
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = v_column;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_unlock_rule() FROM public;

COMMENT ON FUNCTION check_unlock_rule() IS
'Trigger: raises 23514 when the rule in the column named as its argument has a key other than '
'min_progress and after, a min_progress outside 0 to 100, or an after that is not a time with zone '
'in ISO 8601.';
