-- The statement triggers of a partitioned table or of one of its partitions, without the table's
-- name, so that those of two tables compare.
CREATE OR REPLACE FUNCTION statement_triggers(p_table regclass)
RETURNS TABLE (definition text)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT
        replace(
            pg_get_triggerdef(g.oid, TRUE), ' ON ' || p_table::text || ' ', ' ON <table> '
        )
    FROM pg_trigger AS g
    WHERE g.tgrelid = p_table AND NOT g.tgisinternal AND g.tgtype & 1 = 0
    ORDER BY g.tgname
$$;

REVOKE EXECUTE ON FUNCTION statement_triggers(regclass) FROM public;

COMMENT ON FUNCTION statement_triggers(regclass) IS
'Statements that create the statement triggers of this table, with <table> in place of its name.';
