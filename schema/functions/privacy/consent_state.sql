-- The latest consents of a learner as one document, in one place for the mirror and its check.
CREATE OR REPLACE FUNCTION consent_state(p_learner_id uuid) RETURNS jsonb
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- times are printed by it
SET timezone = 'UTC'
AS $$
BEGIN
    RETURN (
        SELECT
            coalesce(
                jsonb_object_agg(
                    e.purpose || coalesce('/' || e.third_party, ''),
                    jsonb_strip_nulls(jsonb_build_object(
                        'action', e.action,
                        'regime', e.regime,
                        'capacity', e.capacity,
                        'notice_version', e.notice_version,
                        'recorded_at', e.recorded_at,
                        'expires_at', e.expires_at
                    ))
                ),
                '{}'
            )
        FROM (
            SELECT DISTINCT ON (c.purpose, c.third_party) c.*
            FROM consent_events AS c
            WHERE c.learner_id = p_learner_id
            ORDER BY c.purpose, c.third_party, c.id DESC
        ) AS e
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION consent_state(uuid) FROM public;

COMMENT ON FUNCTION consent_state(uuid) IS
'What learners.data_consent must be: for each purpose, or purpose/third party, of a learner the '
'latest event: {"learning_analytics": {"action": "grant", "regime": "gdpr", "capacity": "self", '
'"notice_version": "2", "recorded_at": time, "expires_at": time}}; {} where there is none.';
