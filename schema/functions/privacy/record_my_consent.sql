-- Consents by the person behind the session: for themselves as a learner, for a ward as a guardian.
-- To withdraw is as easy as to give (GDPR Art. 7).
-- A definer, because nobody writes the ledger.
-- depends: functions/record_consent functions/session_person functions/session_wards
CREATE OR REPLACE FUNCTION record_my_consent(
    p_learner_id uuid,
    p_purpose text,
    p_regime text,
    p_action text,
    p_notice_version text DEFAULT NULL,
    p_notice_hash bytea DEFAULT NULL,
    p_method text DEFAULT NULL,
    p_third_party text DEFAULT NULL,
    p_expires_at timestamptz DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_person_id uuid := session_person();
    v_capacity text := CASE
        WHEN p_learner_id = v_person_id THEN 'self'
        WHEN p_learner_id = ANY(session_wards()) THEN 'parent'
    END;
BEGIN
    IF v_capacity IS NULL THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'the person behind the session is neither the learner nor their guardian';
    END IF;
    RETURN record_consent(
        p_learner_id, p_purpose, p_regime, p_action, v_person_id, v_capacity,
        p_notice_version, p_notice_hash, p_method, p_third_party, p_expires_at
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION record_my_consent(
    uuid, text, text, text, text, bytea, text, text, timestamptz
) FROM public;

COMMENT ON FUNCTION record_my_consent(
    uuid, text, text, text, text, bytea, text, text, timestamptz
) IS
'Records what the person behind the session decides, as the learner or as a guardian of the '
'learner: see record_consent. Raises 42501 where they are neither, and what record_consent '
'raises. For lms_learner and lms_guardian.';
