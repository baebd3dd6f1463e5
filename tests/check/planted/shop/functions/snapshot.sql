CREATE OR REPLACE FUNCTION snapshot() RETURNS integer -- planted transaction-function
PARALLEL SAFE
RETURN pg_current_xact_id()::text::integer;
REVOKE EXECUTE ON FUNCTION snapshot FROM public;
COMMENT ON FUNCTION snapshot() IS 'Planted.';
