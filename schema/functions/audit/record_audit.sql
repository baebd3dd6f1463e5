-- Writes the audit log, a row at a time; grades have functions of their own. Arguments of the
-- trigger: the table, which on Citus is not that of the trigger; and for rows the columns of the
-- key, and those that are watched.
-- A definer, because nobody writes the log.
-- depends: functions/audit_person
CREATE OR REPLACE FUNCTION record_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_key CONSTANT text[] := TG_ARGV[1];
    v_watched CONSTANT text[] := TG_ARGV[2];
    v_learner CONSTANT text := CASE TG_ARGV[0] WHEN 'learners' THEN 'id' ELSE 'learner_id' END;
    v_rows CONSTANT jsonb[] := ARRAY[to_jsonb(OLD), to_jsonb(NEW)];
    v_names text[] := '{}';
    v_keys jsonb[] := ARRAY[NULL, NULL]::jsonb[];
    v_name text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO audit_log (table_name, operation, changed_columns, person_id)
        VALUES (TG_ARGV[0], TG_OP, '{}', audit_person());
        RETURN NULL;
    END IF;

    FOREACH v_name IN ARRAY v_watched LOOP
        IF v_rows[1] -> v_name IS DISTINCT FROM v_rows[2] -> v_name THEN
            v_names := v_names || v_name;
        END IF;
    END LOOP;
    IF v_names = '{}' THEN
        RETURN NULL;
    END IF;

    FOR v_side IN 1..2 LOOP
        v_keys[v_side] := (
            SELECT jsonb_object_agg(k.name, v_rows[v_side] -> k.name)
            FROM unnest(v_key) AS k (name)
            WHERE v_rows[v_side] IS NOT NULL
        );
    END LOOP;
    -- a row whose key changed was deleted and inserted
    FOR v_side IN 1..2 LOOP
        CONTINUE WHEN v_keys[v_side] IS NULL OR (v_side = 1 AND v_keys[1] = v_keys[2]);
        INSERT INTO audit_log (
            table_name, operation, row_key, learner_id, changed_columns, person_id
        )
        VALUES (
            TG_ARGV[0],
            CASE
                WHEN v_keys[1] = v_keys[2] THEN 'UPDATE'
                WHEN v_side = 1 THEN 'DELETE'
                ELSE 'INSERT'
            END,
            v_keys[v_side],
            (v_rows[v_side] ->> v_learner)::uuid,
            v_names,
            audit_person()
        );
    END LOOP;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_audit() FROM public;

COMMENT ON FUNCTION record_audit() IS
'Trigger: writes into audit_log who changed a row, and which of the watched columns, without their '
'values; or who truncated the table.';
