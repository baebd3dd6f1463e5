-- Where the event table's partitions are read from the catalog, in one place.
CREATE OR REPLACE FUNCTION interaction_partitions() RETURNS TABLE (
    partition regclass,
    lower_bound timestamptz,
    upper_bound timestamptz
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- bounds are printed and read by these
SET timezone = 'UTC'
SET datestyle = 'ISO'
-- a string: on Citus no function may record a dependency on a table
AS $$
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
        WHERE i.inhparent = 'learning_interactions'::regclass
    ) AS b
    WHERE b.bound <> 'DEFAULT'
    ORDER BY upper_bound;
$$;

REVOKE EXECUTE ON FUNCTION interaction_partitions() FROM public;

COMMENT ON FUNCTION interaction_partitions() IS
'Partitions of learning_interactions, the oldest first, each from lower_bound (NULL: the beginning '
'of time) to just before upper_bound.';
