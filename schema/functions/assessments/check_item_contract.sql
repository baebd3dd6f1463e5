-- The JSON contract of questions and responses, checked when it is written: statistics read it.
CREATE OR REPLACE FUNCTION check_item_contract() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_column text := tg_argv[0];
    v_key text := tg_argv[1];
    v_items jsonb := to_jsonb(new) -> v_column;
    v_problem text;
BEGIN
    IF v_items IN ('null', '[]') THEN
        RETURN new; -- the table refuses null, and nothing is wrong with no entry
    ELSIF jsonb_typeof(v_items) <> 'array' THEN
        RAISE check_violation USING
            MESSAGE = format('%s is not an array but of type %s', v_column, jsonb_typeof(v_items)),
            HINT = format('Write [{"%s": text, "points": number, ...}].', v_key),
            CONSTRAINT = format('%s_%s_check', TG_TABLE_NAME, v_column),
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = v_column;
    END IF;

    SELECT format('entry %s: %s', i.ordinality, i.problem) INTO v_problem
    FROM (
        SELECT
            e.ordinality,
            CASE
                WHEN jsonb_typeof(e.value) <> 'object' THEN 'is not an object'
                WHEN coalesce(jsonb_typeof(e.value -> v_key), '') <> 'string'
                    THEN format('%s is not a text', v_key)
                WHEN count(*) OVER (PARTITION BY e.value ->> v_key) > 1
                    THEN format('%s %s is a duplicate', v_key, e.value -> v_key)
                -- the nesting that a client can write and grading cannot read depends on the stack
                WHEN e.value @? '$.**{100}' THEN 'is nested deeper than 100 levels'
                WHEN v_column = 'questions' AND e.value -> 'points' IS NULL
                    THEN 'points is missing'
                WHEN v_column = 'responses' AND e.value -> 'points' = 'null' THEN NULL
                WHEN jsonb_typeof(e.value -> 'points') <> 'number' THEN 'points is not a number'
                WHEN v_column = 'questions' AND (e.value ->> 'points')::numeric < 0
                    THEN 'points is below 0'
                WHEN abs((e.value ->> 'points')::numeric) > 2147483647
                    THEN 'points is above 2147483647'
                WHEN
                    v_column = 'questions'
                    AND (
                        jsonb_typeof(e.value -> 'objectives') <> 'array'
                        OR e.value @? 'strict $.objectives[*] ? (@.type() != "string")'
                    )
                    THEN 'objectives is not an array of texts'
            END AS problem
        FROM jsonb_array_elements(v_items) WITH ORDINALITY AS e
    ) AS i
    WHERE i.problem IS NOT NULL
    ORDER BY i.ordinality
    LIMIT 1;

    IF v_problem IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format('%s: %s', v_column, v_problem),
            HINT = format(
                'Write [{"%s": text, "points": number, ...}], each %s once.', v_key, v_key
            ),
            CONSTRAINT = format('%s_%s_contract_check', TG_TABLE_NAME, v_column),
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = v_column;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_item_contract() FROM public;

COMMENT ON FUNCTION check_item_contract() IS
'Trigger: raises 23514 when an entry of the column named by its first argument is not an object '
'with a text under the key named by the second, unique among the entries, and a number under '
'points, within 2147483647 (as total_points): at least 0 in questions, where it is required; '
'absent or null in responses until graded, negative where a wrong answer costs points; when it is '
'nested deeper than 100 levels; and when objectives of a question is not an array of texts.';
