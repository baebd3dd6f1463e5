-- Keeps section_progress_history append-only. A cascade from the progress row arrives at trigger
-- depth 2 and passes: history follows its row, and goes with it.
CREATE OR REPLACE FUNCTION reject_history_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE restrict_violation USING
            MESSAGE = format('%s is append-only: %s is refused', TG_TABLE_NAME, TG_OP),
            HINT = 'Change or delete the row of section_progress instead.',
            TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION reject_history_change() FROM public;

COMMENT ON FUNCTION reject_history_change() IS
'Trigger: raises 23001 when rows of an append-only table are updated or deleted other than by '
'a cascade.';
