-- What is held about a learner, for a request of access (GDPR Art. 15 and 20, FERPA 34 CFR 99.10).
-- It goes by data_map alone, so that nothing is forgotten: a row is the learner's where an
-- identifier is, and of it the columns that tell of the same subject are handed out, so that the
-- guardian of a learner, or the learner of a guardian, is not.
-- A definer, because nobody else may read all of that.
-- depends: functions/require_data_subject
CREATE OR REPLACE FUNCTION export_learner_data(p_learner_id uuid) RETURNS jsonb
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SECURITY DEFINER
SET search_path FROM CURRENT
-- the same bytes whoever asks, and wherever
SET timezone = 'UTC'
SET intervalstyle = 'iso_8601'
SET bytea_output = 'hex'
AS $$
DECLARE
    v_part record;
    v_rows jsonb;
    v_data jsonb := '{}';
BEGIN
    PERFORM require_data_subject(p_learner_id);

    FOR v_part IN
        SELECT
            k.table_name,
            format(
                'SELECT coalesce(jsonb_agg(o.row ORDER BY o.row::text COLLATE "C"), ''[]'') '
                'FROM (SELECT jsonb_build_object(%s) AS row FROM %s AS t WHERE t.%I = $1) AS o',
                string_agg(format('%1$L, t.%1$I', d.column_name), ', ' ORDER BY d.column_name),
                k.table_name::regclass, k.column_name
            ) AS query
        FROM data_map AS k
        INNER JOIN data_map AS d
            ON k.table_name = d.table_name AND k.subject = d.subject AND d.is_exported
        WHERE k.category = 'identifier' AND k.is_exported
        GROUP BY k.table_name, k.column_name
        ORDER BY k.table_name, k.column_name
    LOOP
        EXECUTE v_part.query INTO v_rows USING p_learner_id;
        v_data := v_data || jsonb_build_object(
            v_part.table_name, coalesce(v_data -> v_part.table_name, '[]') || v_rows
        );
    END LOOP;
    RETURN jsonb_build_object('format', 1, 'learner_id', p_learner_id, 'data', v_data);
END;
$$;

REVOKE EXECUTE ON FUNCTION export_learner_data(uuid) FROM public;

COMMENT ON FUNCTION export_learner_data(uuid) IS
'All that is held about a learner, as one JSON object: format (1), learner_id, and data, with an '
'array of rows for each table that can hold some. What is exported says data_map; times are in '
'UTC; the same data is the same text. Raises P0002 for a learner who does not exist, 55000 while '
'unmapped_columns() finds one and for a line of data_map_entries that is of no table of the owner, '
'and 54000 beyond the 256 MB of a JSON value. For lms_privacy.';
