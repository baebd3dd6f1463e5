-- Makes the missing partitions of the event table.
CREATE OR REPLACE FUNCTION ensure_interaction_partitions(
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
    IF NOT EXISTS (SELECT FROM interaction_partition_ddl(p_months_ahead, p_from)) THEN
        RETURN 0;
    END IF;

    -- one at a time: the second to come finds nothing missing
    LOCK TABLE ONLY learning_interactions IN SHARE UPDATE EXCLUSIVE MODE;
    FOR v_statements IN SELECT d.* FROM interaction_partition_ddl(p_months_ahead, p_from) AS d LOOP
        FOREACH v_statement IN ARRAY v_statements LOOP
            EXECUTE v_statement;
        END LOOP;
        v_made := v_made + (v_statements[1] LIKE 'CREATE TABLE%')::integer;
    END LOOP;
    RETURN v_made;
END;
$$;

REVOKE EXECUTE ON FUNCTION ensure_interaction_partitions(integer, date) FROM public;

COMMENT ON FUNCTION ensure_interaction_partitions(integer, date) IS
'Makes the partitions of learning_interactions which are missing, see '
'interaction_partition_ddl, and returns how many it made. For the owner of the table. Locks: '
'SHARE UPDATE EXCLUSIVE on the event table, SHARE ROW EXCLUSIVE on learners and '
'learning_sections (ACCESS EXCLUSIVE on the three when p_from moves the first month back), until '
'the transaction ends.';
