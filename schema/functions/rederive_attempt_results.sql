-- What attempts derive from points and passing score follows when these change. Emptied values are
-- filled again by derive_attempt_result, which also rejects points too few for a score
-- already given.
-- A definer, because who may change an assessment need not be able to write attempts.
CREATE OR REPLACE FUNCTION rederive_attempt_results() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE assessment_attempts AS t
    SET percentage_score = NULL, passed = NULL
    WHERE t.assessment_id = new.id AND t.score IS NOT NULL;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION rederive_attempt_results() FROM public;

COMMENT ON FUNCTION rederive_attempt_results() IS
'Trigger: derives percentage_score and passed of all scored attempts anew when total_points or '
'passing_score of their assessment change. Raises 23514 when the percentage of a score leaves '
'the column''s range.';
