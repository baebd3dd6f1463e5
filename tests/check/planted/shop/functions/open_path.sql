CREATE OR REPLACE FUNCTION open_path() RETURNS integer -- planted search-path-pinned
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION open_path FROM public;
COMMENT ON FUNCTION open_path() IS 'Planted.';
