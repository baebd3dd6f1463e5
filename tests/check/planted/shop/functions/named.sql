CREATE OR REPLACE FUNCTION named() RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN (SELECT count(*) FROM public.orders); -- planted hard-coded-schema
END;
$$;
REVOKE EXECUTE ON FUNCTION named FROM public;
COMMENT ON FUNCTION named() IS 'Planted.';
