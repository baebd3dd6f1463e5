-- Where consents are recorded. The learner is locked before the event gets its number, so that of
-- two at once the one with the higher number is the later one.
-- A definer, because nobody writes the ledger.
-- depends: functions/has_guardian
CREATE OR REPLACE FUNCTION record_consent(
    p_learner_id uuid,
    p_purpose text,
    p_regime text,
    p_action text,
    p_given_by uuid,
    p_capacity text,
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
    v_institution_id uuid;
    v_id bigint;
BEGIN
    SELECT l.institution_id INTO v_institution_id
    FROM learners AS l WHERE l.id = p_learner_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('learner %s does not exist', coalesce(p_learner_id::text, 'NULL')),
            HINT = 'Give the id of a row of learners.';
    END IF;

    IF p_capacity = 'self' AND p_action = 'grant' AND has_guardian(p_learner_id, now()) THEN
        RAISE check_violation USING
            MESSAGE = format('a guardian decides for learner %s', p_learner_id),
            HINT = 'Record the consent of the guardian, with the capacity parent; or end the link '
                'in guardian_links when the learner has come of age.';
    END IF;
    IF p_capacity = 'parent' AND NOT EXISTS (
        SELECT FROM guardian_links AS g
        WHERE
            g.guardian_id = p_given_by
            AND g.learner_id = p_learner_id
            AND coalesce(g.valid_until > now(), TRUE)
    ) AND p_action <> 'expire' THEN
        RAISE check_violation USING
            MESSAGE = format(
                'person %s is no guardian of learner %s',
                coalesce(p_given_by::text, 'NULL'), p_learner_id
            ),
            HINT = 'Verify the guardian, and add the link to guardian_links first.';
    END IF;
    IF p_capacity = 'school' AND NOT EXISTS (
        SELECT FROM institution_staff AS s
        WHERE
            s.institution_id = v_institution_id
            AND s.person_id = p_given_by
            AND coalesce(s.valid_until > now(), TRUE)
    ) AND p_action <> 'expire' THEN
        RAISE check_violation USING
            MESSAGE = format(
                'person %s does not administer the institution of learner %s',
                coalesce(p_given_by::text, 'NULL'), p_learner_id
            ),
            HINT = 'For the school decides who is in institution_staff.';
    END IF;

    INSERT INTO consent_events (
        learner_id, purpose, third_party, regime, action, given_by, capacity,
        notice_version, notice_hash, method, expires_at
    )
    VALUES (
        p_learner_id, p_purpose, p_third_party, p_regime, p_action, p_given_by, p_capacity,
        p_notice_version, p_notice_hash, p_method, p_expires_at
    )
    RETURNING id INTO v_id;
    RETURN v_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_consent(
    uuid, text, text, text, uuid, text, text, bytea, text, text, timestamptz
) FROM public;

COMMENT ON FUNCTION record_consent(
    uuid, text, text, text, uuid, text, text, bytea, text, text, timestamptz
) IS
'Records a consent in consent_events, which says what each value means, and returns its number; '
'learners.data_consent follows. Raises 23503 for an unknown learner; 23514 for a grant by a '
'learner who has a guardian, or by a child under coppa, for a parent without a link, a school '
'without its staff, a grant without notice and method, and values that the table rejects. Locks '
'the learner''s row. For lms_service and lms_privacy.';
