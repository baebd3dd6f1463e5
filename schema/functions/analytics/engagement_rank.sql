-- Labels as numbers, for means. A label that nobody observed is the default of the column, and
-- would draw every mean towards it.
CREATE OR REPLACE FUNCTION engagement_rank(
    p_level engagement_level,
    p_derived boolean,
    p_supplied text[]
) RETURNS integer
LANGUAGE sql
STABLE PARALLEL SAFE
RETURN CASE
    WHEN p_derived OR 'engagement_level' = any(p_supplied)
        THEN array_position(enum_range(NULL::engagement_level), p_level)
END;

REVOKE EXECUTE ON FUNCTION engagement_rank(engagement_level, boolean, text[]) FROM public;

COMMENT ON FUNCTION engagement_rank(engagement_level, boolean, text[]) IS
'Rank of the engagement_level of a session: low 1, medium 2, high 3, very_high 4; NULL for NULL, '
'and where the session is not derived and supplied does not name the column.';
