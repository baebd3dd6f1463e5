-- Writes the audit log. Arguments of the trigger: the columns of the key, the columns that are
-- watched, and whether their values are kept.
-- A definer, because nobody writes the log. Who acted is not its owner: the setting role is what the
-- session has taken, whatever function runs.
-- depends: functions/session_person
CREATE OR REPLACE FUNCTION record_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- times among the values are printed by it
SET timezone = 'UTC'
AS $$
DECLARE
    v_key CONSTANT text[] := TG_ARGV[0];
    v_watched CONSTANT text[] := TG_ARGV[1];
    v_keeps_values CONSTANT boolean := TG_ARGV[2];
    v_learner CONSTANT text := CASE TG_TABLE_NAME WHEN 'learners' THEN 'id' ELSE 'learner_id' END;
    v_old CONSTANT jsonb := to_jsonb(OLD);
    v_new CONSTANT jsonb := to_jsonb(NEW);
    v_is_moved CONSTANT boolean := TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM unnest(v_key) AS k (name) WHERE v_old -> k.name <> v_new -> k.name
    );
BEGIN
    INSERT INTO audit_log (
        table_name, operation, row_key, learner_id, changed_columns, old_values, new_values,
        person_id, role_name, login_name, application_name
    )
    SELECT
        TG_TABLE_NAME,
        c.operation,
        (
            SELECT jsonb_object_agg(k.name, coalesce(c.before, c.after) -> k.name)
            FROM unnest(v_key) AS k (name)
            WHERE c.operation <> 'TRUNCATE'
        ),
        (coalesce(c.before, c.after) ->> v_learner)::uuid,
        d.names,
        CASE WHEN v_keeps_values AND c.before IS NOT NULL THEN d.before END,
        CASE WHEN v_keeps_values AND c.after IS NOT NULL THEN d.after END,
        session_person(),
        coalesce(nullif(current_setting('role'), 'none'), session_user),
        session_user,
        current_setting('application_name')
    FROM (
        SELECT TG_OP AS operation, v_old AS before, v_new AS after WHERE NOT v_is_moved
        UNION ALL
        SELECT 'DELETE', v_old, NULL WHERE v_is_moved
        UNION ALL
        SELECT 'INSERT', NULL, v_new WHERE v_is_moved
    ) AS c
    CROSS JOIN LATERAL (
        SELECT
            coalesce(array_agg(w.name), '{}') AS names,
            jsonb_object_agg(w.name, c.before -> w.name) AS before,
            jsonb_object_agg(w.name, c.after -> w.name) AS after
        FROM unnest(v_watched) AS w (name)
        WHERE c.before -> w.name IS DISTINCT FROM c.after -> w.name
    ) AS d
    WHERE c.operation = 'TRUNCATE' OR d.names <> '{}';
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_audit() FROM public;

COMMENT ON FUNCTION record_audit() IS
'Trigger: writes into audit_log who changed a row, and which of the watched columns; their values '
'where the third argument says so.';
