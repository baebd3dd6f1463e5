-- What the register does not know: a column that nobody decided about would neither be handed out
-- nor erased.
CREATE OR REPLACE FUNCTION unmapped_columns() RETURNS TABLE (table_name text, column_name text)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- the register names tables without needless quotes
SET quote_all_identifiers = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        c.oid::regclass::text AS table_name,
        a.attname::text AS column_name
    FROM pg_class AS c
    INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE
        c.relkind IN ('r', 'p', 'm')
        AND NOT c.relispartition
        AND NOT starts_with(c.relname, 'lms_schema_')
        AND (
            c.relnamespace = quote_ident(current_schema())::regnamespace
            OR EXISTS (
                SELECT FROM pg_constraint AS k
                WHERE
                    k.conrelid = c.oid
                    AND k.contype = 'f'
                    AND k.confrelid = 'learners'::regclass
            )
        )
        AND NOT EXISTS (
            SELECT FROM data_map AS d
            WHERE d.table_name = c.oid::regclass::text AND d.column_name = a.attname
        )
    ORDER BY c.oid::regclass::text, a.attnum;
END;
$$;

REVOKE EXECUTE ON FUNCTION unmapped_columns() FROM public;

COMMENT ON FUNCTION unmapped_columns() IS
'Columns without a line in data_map, of tables and materialized views of the schema, and of tables '
'elsewhere that refer to learners. While there is one, export_learner_data and erase_learner '
'refuse.';
