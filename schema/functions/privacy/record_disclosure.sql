-- Where requests for education records, disclosures and refusals are recorded: before the records
-- are given away, because it refuses what has no basis.
-- A definer, because nobody writes the ledger.
-- depends: functions/has_consent functions/has_directory_opt_out functions/session_person
CREATE OR REPLACE FUNCTION record_disclosure(
    p_learner_id uuid,
    p_action text,
    p_party text,
    p_records text[],
    p_legitimate_interest text,
    p_basis text DEFAULT NULL,
    p_purpose text DEFAULT NULL,
    p_request_id bigint DEFAULT NULL,
    p_redisclosures jsonb DEFAULT '[]',
    p_emergency_threat text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_id bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM learners AS l WHERE l.id = p_learner_id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('learner %s does not exist', coalesce(p_learner_id::text, 'NULL')),
            HINT = 'Give the id of a row of learners.';
    END IF;
    IF p_request_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM disclosures AS d
        WHERE d.id = p_request_id AND d.learner_id = p_learner_id AND d.action = 'request'
    ) THEN
        RAISE foreign_key_violation USING
            MESSAGE = format(
                'entry %s is no request for records of learner %s', p_request_id, p_learner_id
            ),
            HINT = 'Give the id of a row of disclosures whose action is request.';
    END IF;
    IF p_basis = 'consent' AND NOT has_consent(p_learner_id, p_purpose, p_party) THEN
        RAISE check_violation USING
            MESSAGE = format(
                'there is no consent to disclose records of learner %s to %s for %s',
                p_learner_id, p_party, coalesce(p_purpose, 'NULL')
            ),
            HINT = 'Record the consent first, with the party as third party; or record a refusal.';
    END IF;
    IF p_basis = 'directory_information' AND has_directory_opt_out(p_learner_id) THEN
        RAISE check_violation USING
            MESSAGE = format('learner %s opted out of directory information', p_learner_id),
            HINT = 'Record a refusal, or another basis.';
    END IF;

    INSERT INTO disclosures (
        learner_id, action, request_id, party, records, legitimate_interest, basis, purpose,
        redisclosures, emergency_threat, recorded_by
    )
    VALUES (
        p_learner_id, p_action, p_request_id, p_party, p_records, p_legitimate_interest, p_basis,
        p_purpose, p_redisclosures, p_emergency_threat, session_person()
    )
    RETURNING id INTO v_id;
    RETURN v_id;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_disclosure(
    uuid, text, text, text[], text, text, text, bigint, jsonb, text
) FROM public;

COMMENT ON FUNCTION record_disclosure(
    uuid, text, text, text[], text, text, text, bigint, jsonb, text
) IS
'Records a request for education records, a disclosure or a refusal in disclosures, which says '
'what each value means, and returns its number. Raises 23503 for an unknown learner or request; '
'23514 for the basis consent without a consent for purpose and party, for directory_information '
'after an opt-out, and for values that the table rejects. For lms_service and lms_privacy.';
