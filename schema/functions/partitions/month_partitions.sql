-- Where the partitions of a table are read from the catalog, in one place.
CREATE OR REPLACE FUNCTION month_partitions(p_table text) RETURNS TABLE (
    partition regclass,
    lower_bound timestamptz,
    upper_bound timestamptz
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- bounds are printed and read by these
SET timezone = 'UTC'
SET datestyle = 'ISO'
AS $$
BEGIN
    RETURN QUERY
    SELECT
        b.oid::regclass,
        substring(b.bound FROM 'FROM [(]''([^'']+)''[)]')::timestamptz,
        substring(b.bound FROM 'TO [(]''([^'']+)''[)]')::timestamptz AS upper_bound
    FROM (
        SELECT
            c.oid,
            pg_get_expr(c.relpartbound, c.oid) AS bound
        FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON i.inhrelid = c.oid
        WHERE i.inhparent = p_table::regclass
    ) AS b
    WHERE b.bound <> 'DEFAULT'
    ORDER BY 3;
END;
$$;

REVOKE EXECUTE ON FUNCTION month_partitions(text) FROM public;

COMMENT ON FUNCTION month_partitions(text) IS
'Partitions of a table by UTC month, the oldest first, each from lower_bound (NULL: the beginning '
'of time) to just before upper_bound.';
