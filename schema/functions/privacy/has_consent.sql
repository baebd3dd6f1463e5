-- What a backend asks before it uses data for a purpose. The default of p_as_of is the clock and
-- not the start of the transaction: a long job hears of what was withdrawn meanwhile.
-- A definer, because who asks need not read the ledger.
-- depends: functions/has_guardian
CREATE OR REPLACE FUNCTION has_consent(
    p_learner_id uuid,
    p_purpose text,
    p_third_party text DEFAULT NULL,
    p_as_of timestamptz DEFAULT clock_timestamp()
) RETURNS boolean
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN coalesce(
        (
            SELECT
                e.action = 'grant'
                AND coalesce(e.expires_at > p_as_of, TRUE)
                AND (e.capacity <> 'self' OR NOT has_guardian(p_learner_id, p_as_of))
            FROM consent_events AS e
            WHERE
                e.learner_id = p_learner_id
                AND e.purpose = p_purpose
                AND e.third_party IS NOT DISTINCT FROM p_third_party
                AND e.recorded_at <= p_as_of
            ORDER BY e.id DESC
            LIMIT 1
        ),
        FALSE
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION has_consent(uuid, text, text, timestamptz) FROM public;

COMMENT ON FUNCTION has_consent(uuid, text, text, timestamptz) IS
'Whether the latest consent recorded up to p_as_of, for the purpose and the third party (NULL: the '
'institution itself), is a grant that had not expired. A grant by a learner who has a guardian '
'counts not. FALSE where nothing was recorded. For lms_service and lms_privacy.';
