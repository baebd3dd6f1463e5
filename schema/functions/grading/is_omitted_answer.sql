-- Which answers are no answer, in one place: grading and the analysis of answers read it here.
CREATE OR REPLACE FUNCTION is_omitted_answer(p_answer jsonb) RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN coalesce(p_answer IN ('null', '""', '[]'), TRUE);

REVOKE EXECUTE ON FUNCTION is_omitted_answer(jsonb) FROM public;

COMMENT ON FUNCTION is_omitted_answer(jsonb) IS
'Whether nothing was answered: no value, null, an empty text or an empty array.';
