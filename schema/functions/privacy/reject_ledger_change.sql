-- Keeps a ledger append-only for everybody, its owner included. No cascade leads here: ledgers have
-- no foreign keys, so that they keep what they say when the learner is gone.
CREATE OR REPLACE FUNCTION reject_ledger_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RAISE restrict_violation USING
        MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
        HINT = 'What was wrong is put right by a further row.',
        TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
END;
$$;

REVOKE EXECUTE ON FUNCTION reject_ledger_change() FROM public;

COMMENT ON FUNCTION reject_ledger_change() IS
'Trigger: raises 23001 when rows of a ledger are updated, deleted or truncated.';
