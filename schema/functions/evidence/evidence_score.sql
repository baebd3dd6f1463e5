-- The score of an amount of evidence, in one place.
CREATE OR REPLACE FUNCTION evidence_score(p_sum bigint, p_n integer) RETURNS numeric
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN round(p_sum / (10000.0 * nullif(p_n, 0)), 2);

REVOKE EXECUTE ON FUNCTION evidence_score(bigint, integer) FROM public;

COMMENT ON FUNCTION evidence_score(bigint, integer) IS
'Mean of p_n pieces of evidence that sum to p_sum ten-thousandths, 0 to 1, to 2 decimals; NULL '
'without any.';
