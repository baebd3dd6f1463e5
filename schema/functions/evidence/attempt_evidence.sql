-- What an attempt says of what a learner can do, in the unit of outcome_evidence. Every graded one,
-- not the best: a mean of best ones rises with each further try.
-- depends: functions/is_graded_attempt
CREATE OR REPLACE FUNCTION attempt_evidence(
    p_status attempt_status,
    p_percentage numeric
) RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN is_graded_attempt(p_status) AND p_percentage IS NOT NULL
        THEN (100 * greatest(least(p_percentage, 100), 0))::integer
END;

REVOKE EXECUTE ON FUNCTION attempt_evidence(attempt_status, numeric) FROM public;

COMMENT ON FUNCTION attempt_evidence(attempt_status, numeric) IS
'Evidence of a graded attempt in ten-thousandths: its percentage, bonus points and negative marks '
'cut off; NULL, which is none, when it is not graded or its assessment gives no points.';
