-- The shape of an answer key, checked when it or the questions are written, so that grading meets
-- no rule that it cannot read, and no question leaves its rule behind.
-- depends: functions/is_omitted_answer
CREATE OR REPLACE FUNCTION check_answer_key() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_entry record;
    v_kind text;
    v_problem text;
BEGIN
    IF jsonb_typeof(new.correct_answers) <> 'object' OR jsonb_typeof(new.questions) <> 'array' THEN
        RETURN new; -- the CHECKs of the table refuse it
    END IF;

    FOR v_entry IN
        SELECT
            k.key,
            k.value AS rule,
            q.points,
            ARRAY(
                SELECT jsonb_object_keys(k.value) WHERE jsonb_typeof(k.value) = 'object'
            ) AS keys
        FROM jsonb_each(new.correct_answers) AS k
        LEFT JOIN LATERAL (
            SELECT (e.value -> 'points')::numeric AS points
            FROM jsonb_array_elements(new.questions) AS e
            WHERE e.value ->> 'id' = k.key
        ) AS q ON TRUE
        ORDER BY k.key
    LOOP
        SELECT min(n.kind) INTO v_kind
        FROM unnest(ARRAY['answer', 'any_of', 'all_of', 'number']) AS n (kind)
        WHERE n.kind = ANY(v_entry.keys)
        HAVING count(*) = 1;

        v_problem := CASE
            WHEN v_entry.points IS NULL THEN 'is none of questions'
            WHEN min_scale(v_entry.points) > 3
                THEN 'its points have more than the 3 decimals of a score'
            WHEN jsonb_typeof(v_entry.rule) <> 'object' THEN 'the rule is not an object'
            WHEN v_kind IS NULL THEN 'the rule has not one of answer, any_of, all_of and number'
            WHEN
                NOT v_entry.keys <@ CASE v_kind
                    WHEN 'answer' THEN ARRAY['answer', 'ignore_case']
                    WHEN 'any_of' THEN ARRAY['any_of']
                    WHEN 'all_of' THEN ARRAY['all_of', 'partial', 'options']
                    ELSE ARRAY['number', 'tolerance']
                END
                THEN format('%s stands with a key that it does not know', v_kind)
            WHEN v_kind = 'answer' AND is_omitted_answer(v_entry.rule -> 'answer')
                THEN 'answer is empty, as if it were omitted'
            WHEN jsonb_typeof(v_entry.rule -> 'ignore_case') <> 'boolean'
                THEN 'ignore_case is not true or false'
            WHEN
                v_kind IN ('any_of', 'all_of')
                AND (
                    jsonb_typeof(v_entry.rule -> v_kind) <> 'array'
                    OR v_entry.rule -> v_kind = '[]'
                )
                THEN format('%s is not an array of answers', v_kind)
            WHEN v_entry.rule -> 'partial' NOT IN ('"net"', '"each"')
                THEN 'partial is not net or each'
            WHEN v_entry.rule -> 'partial' = '"each"' AND NOT v_entry.rule ? 'options'
                THEN 'partial each needs options, the number of all choices'
            WHEN
                v_entry.rule ? 'options'
                AND NOT v_entry.rule @? 'strict $.options ? (@ >= 1 && @ <= 1000 && @ == @.floor())'
                THEN 'options is not a whole number of 1 to 1000'
            WHEN
                (v_entry.rule -> 'options')::integer < (
                    SELECT count(DISTINCT o.value)
                    FROM jsonb_array_elements(v_entry.rule -> 'all_of') AS o
                )
                THEN 'options is less than the answers in all_of'
            WHEN v_kind = 'number' AND jsonb_typeof(v_entry.rule -> 'number') <> 'number'
                THEN 'number is not a number'
            WHEN
                v_entry.rule ? 'tolerance'
                AND NOT v_entry.rule @? 'strict $.tolerance ? (@ >= 0)'
                THEN 'tolerance is not a number from 0'
        END;
        IF v_problem IS NOT NULL THEN
            RAISE check_violation USING
                MESSAGE = format(
                    'correct_answers: question %s: %s', to_json(v_entry.key), v_problem
                ),
                DETAIL = format('The rule is %s.', v_entry.rule),
                HINT = 'Write {"id of a question": rule}; a rule is {"answer": any, "ignore_case": '
                    'true}, {"any_of": [...]}, {"all_of": [...], "partial": "net" or "each", '
                    '"options": number} or {"number": x, "tolerance": t}.',
                CONSTRAINT = 'educational_assessments_correct_answers_rule_check',
                TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'correct_answers';
        END IF;
    END LOOP;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_answer_key() FROM public;

COMMENT ON FUNCTION check_answer_key() IS
'Trigger: raises 23514 when correct_answers has a rule for what is no question, or for a question '
'whose points have more than 3 decimals; when a rule has not exactly one of answer, any_of, all_of '
'and number, has a key that this one does not know, or a value that grading cannot read.';
