CREATE OR REPLACE FUNCTION unstated() RETURNS integer -- planted parallel-stated
IMMUTABLE
RETURN 1;
REVOKE EXECUTE ON FUNCTION unstated FROM public;
COMMENT ON FUNCTION unstated() IS 'Planted.';
