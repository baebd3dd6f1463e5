CREATE OR REPLACE FUNCTION wrong_path() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = "$user", shop -- planted search-path-value
AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION wrong_path FROM public;
COMMENT ON FUNCTION wrong_path() IS 'Planted.';
