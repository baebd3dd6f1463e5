CREATE OR REPLACE FUNCTION anybody() RETURNS integer -- planted public-execute
IMMUTABLE PARALLEL SAFE
RETURN 1;
COMMENT ON FUNCTION anybody() IS 'Planted.';
