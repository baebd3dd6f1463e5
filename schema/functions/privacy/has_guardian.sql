-- Whether a guardian decides for a learner: the rule by which record_consent takes a consent and
-- has_consent counts it.
CREATE OR REPLACE FUNCTION has_guardian(p_learner_id uuid, p_as_of timestamptz) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM guardian_links AS g
        WHERE g.learner_id = p_learner_id AND coalesce(g.valid_until > p_as_of, TRUE)
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION has_guardian(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION has_guardian(uuid, timestamptz) IS
'Whether a link to a guardian has not ended at p_as_of: then a guardian, or the school for the '
'guardians, gives the learner''s consents. When a link began is not known.';
