-- Points for one answer by the rule of its question. The product comes before the quotient, so that
-- a share such as 5/6 is rounded once.
-- depends: functions/is_omitted_answer
CREATE OR REPLACE FUNCTION answer_points(
    p_rule jsonb,
    p_answer jsonb,
    p_points numeric
) RETURNS numeric
LANGUAGE plpgsql
IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_text text := p_answer #>> '{}';
    v_set record;
    v_options integer := (p_rule -> 'options')::integer;
    v_is_right boolean;
BEGIN
    IF is_omitted_answer(p_answer) THEN
        RETURN 0;
    END IF;

    IF p_rule ? 'all_of' THEN
        -- one choice need not be written as an array
        IF jsonb_typeof(p_answer) <> 'array' THEN
            p_answer := jsonb_build_array(p_answer);
        END IF;
        SELECT
            count(*) FILTER (WHERE c.is_key) AS keys,
            count(*) FILTER (WHERE c.is_key AND NOT c.is_chosen) AS missed,
            count(*) FILTER (WHERE NOT c.is_key) AS wrong
        INTO v_set
        FROM (
            SELECT
                bool_or(o.is_key) AS is_key,
                NOT bool_and(o.is_key) AS is_chosen
            FROM (
                SELECT k.value, TRUE AS is_key FROM jsonb_array_elements(p_rule -> 'all_of') AS k
                UNION ALL
                SELECT a.value, FALSE FROM jsonb_array_elements(p_answer) AS a
            ) AS o
            GROUP BY o.value
        ) AS c;
        CASE p_rule ->> 'partial'
            WHEN 'net' THEN
                p_points := p_points * greatest(v_set.keys - v_set.missed - v_set.wrong, 0)
                    / v_set.keys;
                RETURN trim_scale(round(p_points, 3));
            WHEN 'each' THEN
                p_points := p_points * greatest(v_options - v_set.missed - v_set.wrong, 0)
                    / v_options;
                RETURN trim_scale(round(p_points, 3));
            ELSE
                v_is_right := v_set.missed = 0 AND v_set.wrong = 0;
        END CASE;
    ELSIF p_rule ? 'any_of' THEN
        v_is_right := EXISTS (
            SELECT FROM jsonb_array_elements(p_rule -> 'any_of') AS k
            WHERE k.value = p_answer
        );
    ELSIF p_rule ? 'number' THEN
        -- a form may send a number as text
        v_is_right := CASE
            WHEN
                jsonb_typeof(p_answer) = 'number'
                OR (
                    jsonb_typeof(p_answer) = 'string'
                    AND v_text ~ '^ *[-+]?([0-9]{1,99}([.][0-9]{0,99})?|[.][0-9]{1,99}) *$'
                )
                THEN
                    abs(v_text::numeric - (p_rule -> 'number')::numeric)
                    <= coalesce((p_rule -> 'tolerance')::numeric, 0)
            ELSE FALSE
        END;
    ELSIF (p_rule -> 'ignore_case')::boolean THEN
        -- JSON as a whole, so that texts within an array or object are compared alike
        v_is_right := lower(p_answer::text)::jsonb = lower((p_rule -> 'answer')::text)::jsonb;
    ELSE
        v_is_right := p_answer = p_rule -> 'answer';
    END IF;
    RETURN CASE WHEN v_is_right THEN p_points ELSE 0 END;
END;
$$;

REVOKE EXECUTE ON FUNCTION answer_points(jsonb, jsonb, numeric) FROM public;

COMMENT ON FUNCTION answer_points(jsonb, jsonb, numeric) IS
'Points of p_points for an answer by a rule of correct_answers, to 3 decimals; an omitted answer '
'0. answer: equal JSON, upper and lower case (as the database knows them) alike with ignore_case. '
'any_of: equal to one of them. all_of: the same set, order and repeats do not count; partial net: '
'(right - wrong) / all of the key, at least 0; partial each: share of the options judged right. '
'number: at most tolerance away, also as text.';
