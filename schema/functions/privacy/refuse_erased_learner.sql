-- Whoever was erased does not come back under the id that the ledgers know: a nightly load of
-- another system would bring them, and they could not be erased a second time.
-- A definer, because who writes learners need not read the ledger.
-- depends: functions/is_erased_learner
CREATE OR REPLACE FUNCTION refuse_erased_learner() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF is_erased_learner(NEW.id) THEN
        RAISE check_violation USING
            MESSAGE = format('learner %s was erased', NEW.id),
            HINT = 'Erase them where this row comes from; who enrolls again gets a new id.',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'id',
            CONSTRAINT = 'learners_erased_check';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION refuse_erased_learner() FROM public;

COMMENT ON FUNCTION refuse_erased_learner() IS
'Trigger: raises 23514 (learners_erased_check) for a learner with the id of one who was erased.';
