-- Refuses a data_consent that the ledger does not say. It is refused and not put right silently:
-- who writes one believes that a consent is recorded. After the row, because an INSERT that ends in
-- an ON CONFLICT writes none.
-- A definer, because who writes learners need not read the ledger.
-- depends: functions/consent_state
CREATE OR REPLACE FUNCTION check_consent_mirror() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_state jsonb := consent_state(NEW.id);
BEGIN
    IF NEW.data_consent IS DISTINCT FROM v_state THEN
        RAISE check_violation USING
            MESSAGE = format(
                'data_consent of learner %s mirrors consent_events and cannot say anything else',
                NEW.id
            ),
            DETAIL = format('It must be %s.', v_state),
            HINT = 'Call record_consent, which writes it; give a new learner an empty object.',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'data_consent',
            CONSTRAINT = 'learners_data_consent_mirror_check';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_consent_mirror() FROM public;

COMMENT ON FUNCTION check_consent_mirror() IS
'Trigger: raises 23514 (learners_data_consent_mirror_check) when data_consent is not what '
'consent_state says.';
