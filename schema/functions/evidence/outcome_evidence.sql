-- What an outcome says of what a learner can do, in one place. In ten-thousandths, as the
-- percentage of an attempt is exact in them: their sums are, too.
CREATE OR REPLACE FUNCTION outcome_evidence(p_outcome interaction_outcome) RETURNS integer
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN CASE p_outcome
    WHEN 'successful' THEN 10000
    WHEN 'partial' THEN 5000
    WHEN 'unsuccessful' THEN 0
END;

REVOKE EXECUTE ON FUNCTION outcome_evidence(interaction_outcome) FROM public;

COMMENT ON FUNCTION outcome_evidence(interaction_outcome) IS
'Evidence of an event in ten-thousandths: successful 10000, partial 5000, unsuccessful 0; NULL, '
'which is none, for abandoned and an unknown outcome.';
