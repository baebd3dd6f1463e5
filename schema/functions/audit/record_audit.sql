-- Writes the audit log, a row at a time. Arguments of the trigger: the table, which on Citus is not
-- that of the trigger; the columns of the key; the columns that are watched; and whether their
-- values are kept. In steps: one query that does it all is planned for each row.
-- A definer, because nobody writes the log.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION record_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- times in values are printed by it
SET timezone = 'UTC'
AS $$
DECLARE
    v_key CONSTANT text[] := TG_ARGV[1];
    v_watched CONSTANT text[] := TG_ARGV[2];
    v_keeps_values CONSTANT boolean := TG_ARGV[3];
    v_learner CONSTANT text := CASE TG_ARGV[0] WHEN 'learners' THEN 'id' ELSE 'learner_id' END;
    v_rows jsonb[] := ARRAY[to_jsonb(OLD), to_jsonb(NEW)];
    v_keys jsonb[] := ARRAY[NULL, NULL]::jsonb[];
    v_values jsonb[] := ARRAY[NULL, NULL]::jsonb[];
    v_names text[] := '{}';
    v_name text;
BEGIN
    FOREACH v_name IN ARRAY v_watched LOOP
        IF v_rows[1] -> v_name IS DISTINCT FROM v_rows[2] -> v_name THEN
            v_names := v_names || v_name;
        END IF;
    END LOOP;
    IF v_names = '{}' AND TG_OP <> 'TRUNCATE' THEN
        RETURN NULL;
    END IF;

    FOR v_side IN 1..2 LOOP
        CONTINUE WHEN v_rows[v_side] IS NULL;
        v_keys[v_side] := '{}';
        FOREACH v_name IN ARRAY v_key LOOP
            v_keys[v_side]
            := v_keys[v_side] || jsonb_build_object(v_name, v_rows[v_side] -> v_name);
        END LOOP;
        CONTINUE WHEN NOT v_keeps_values;
        v_values[v_side] := '{}';
        FOREACH v_name IN ARRAY v_watched LOOP
            v_values[v_side]
            := v_values[v_side] || jsonb_build_object(v_name, v_rows[v_side] -> v_name);
        END LOOP;
    END LOOP;

    IF v_keys[1] <> v_keys[2] THEN
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, old_values, person_id
        )
        VALUES (
            TG_ARGV[0], 'DELETE', v_keys[1], (v_rows[1] ->> v_learner)::uuid, v_names,
            v_values[1], session_person()
        );
        v_rows[1] := NULL;
        v_keys[1] := NULL;
        v_values[1] := NULL;
    END IF;
    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id
    )
    VALUES (
        TG_ARGV[0],
        CASE WHEN TG_OP = 'UPDATE' AND v_rows[1] IS NULL THEN 'INSERT' ELSE TG_OP END,
        coalesce(v_keys[1], v_keys[2]),
        (coalesce(v_rows[1], v_rows[2]) ->> v_learner)::uuid,
        v_names,
        v_values[1],
        v_values[2],
        session_person()
    );
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_audit() FROM public;

COMMENT ON FUNCTION record_audit() IS
'Trigger: writes into audit_log who changed a row, and which of the watched columns; their values '
'where the last argument says so.';
