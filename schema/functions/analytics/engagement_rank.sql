-- Labels as numbers, for means.
CREATE OR REPLACE FUNCTION engagement_rank(p_level engagement_level) RETURNS integer
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN array_position(enum_range(NULL::engagement_level), p_level);

REVOKE EXECUTE ON FUNCTION engagement_rank(engagement_level) FROM public;

COMMENT ON FUNCTION engagement_rank(engagement_level) IS
'Rank of a level of engagement: low 1, medium 2, high 3, very_high 4; NULL for NULL.';
