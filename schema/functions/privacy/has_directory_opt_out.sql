-- Directory information may be given to anybody unless the learner, or their guardian, said no. The
-- no is an event of the ledger of consents like any other.
-- A definer, because who asks need not read the ledger.
CREATE OR REPLACE FUNCTION has_directory_opt_out(
    p_learner_id uuid,
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
            SELECT e.action IN ('refuse', 'withdraw')
            FROM consent_events AS e
            WHERE
                e.learner_id = p_learner_id
                AND e.purpose = 'directory_information'
                AND e.third_party IS NULL
                AND e.recorded_at <= p_as_of
            ORDER BY e.id DESC
            LIMIT 1
        ),
        FALSE
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION has_directory_opt_out(uuid, timestamptz) FROM public;

COMMENT ON FUNCTION has_directory_opt_out(uuid, timestamptz) IS
'Whether the latest event for the purpose directory_information up to p_as_of is refuse or '
'withdraw. FALSE where nothing was recorded: then the institution''s public notice decides (34 CFR '
'99.37). For lms_service and lms_privacy.';
