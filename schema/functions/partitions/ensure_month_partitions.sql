-- Makes the missing partitions of a table.
-- depends: functions/month_partition_ddl
CREATE OR REPLACE FUNCTION ensure_month_partitions(
    p_table text,
    p_months_ahead integer DEFAULT 12,
    p_from date DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_statements text[];
    v_statement text;
    v_made integer := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM month_partition_ddl(p_table, p_months_ahead, p_from)) THEN
        RETURN 0;
    END IF;

    -- one at a time: the second to come finds nothing missing
    EXECUTE format('LOCK TABLE ONLY %I IN SHARE UPDATE EXCLUSIVE MODE', p_table);
    FOR v_statements IN SELECT d.* FROM month_partition_ddl(p_table, p_months_ahead, p_from) AS d LOOP
        FOREACH v_statement IN ARRAY v_statements LOOP
            EXECUTE v_statement;
        END LOOP;
        v_made := v_made + (v_statements[1] LIKE 'CREATE TABLE%')::integer;
    END LOOP;
    RETURN v_made;
END;
$$;

REVOKE EXECUTE ON FUNCTION ensure_month_partitions(text, integer, date) FROM public;

COMMENT ON FUNCTION ensure_month_partitions(text, integer, date) IS
'Makes the partitions of a table which are missing, see month_partition_ddl, and returns how many '
'it made. For the owner of the table. Locks: SHARE UPDATE EXCLUSIVE on the table, SHARE ROW '
'EXCLUSIVE on those that it refers to (ACCESS EXCLUSIVE on all of them when p_from moves the first '
'month back), until the transaction ends.';
