-- Keeps updated_at. The statement's time, not the transaction's: a later statement of a long
-- transaction is a later change, yet all rows of one statement agree.
CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    new.updated_at := statement_timestamp();
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION set_updated_at() FROM public;

COMMENT ON FUNCTION set_updated_at() IS
'Trigger: sets updated_at to the time of the statement that changed the row.';
