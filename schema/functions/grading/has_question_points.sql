-- Which attempts tell of their questions, in one place: an application that stores the score alone
-- says nothing of them.
CREATE OR REPLACE FUNCTION has_question_points(
    p_computed_score numeric,
    p_responses jsonb
) RETURNS boolean
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN p_computed_score IS NOT NULL OR p_responses @? '$[*].points ? (@ != null)';

REVOKE EXECUTE ON FUNCTION has_question_points(numeric, jsonb) FROM public;

COMMENT ON FUNCTION has_question_points(numeric, jsonb) IS
'Whether points of an attempt''s questions are known: grade_attempt graded it, or a response has '
'points.';
