-- What an export and an erasure need to know first. Both run statements on the tables of the
-- register with the rights of the owner, and with them whatever these tables call: a trigger, the
-- function of a view. So each line is of a table that is there, and of nobody else: neither of
-- another role, nor a temporary one in the place of a table that is gone.
-- depends: functions/unmapped_columns
CREATE OR REPLACE FUNCTION require_data_subject(p_learner_id uuid) RETURNS void
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_columns text := (
        SELECT string_agg(u.table_name || '.' || u.column_name, ', ') FROM unmapped_columns() AS u
    );
    v_strange text := (
        SELECT string_agg(e.table_name || '.' || e.column_name, ', ' ORDER BY e)
        FROM data_map_entries AS e
        WHERE
            NOT EXISTS (
                SELECT FROM pg_class AS c
                INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
                INNER JOIN pg_roles AS r ON c.relowner = r.oid
                WHERE
                    c.oid = to_regclass(e.table_name)
                    AND a.attname = e.column_name
                    AND a.attnum > 0
                    AND NOT a.attisdropped
                    AND c.relpersistence <> 't'
                    AND (r.rolname = current_user OR r.rolsuper)
            )
    );
    v_erased_at timestamptz := (
        SELECT e.erased_at FROM erasures AS e WHERE e.learner_id = p_learner_id
    );
BEGIN
    IF v_columns IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('data_map does not know %s', v_columns),
            HINT = 'Write a row into data_map_entries for each of these columns.';
    END IF;
    IF v_strange IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format(
                'data_map_entries has lines that are of no column of a table of role %I: %s',
                current_user, v_strange
            ),
            HINT = 'Delete the lines of what is gone; give a table of another role to this one.';
    END IF;
    IF NOT EXISTS (SELECT FROM learners AS l WHERE l.id = p_learner_id) THEN
        RAISE no_data_found USING
            MESSAGE = format(
                'learner %s %s', coalesce(p_learner_id::text, 'NULL'),
                coalesce('was erased at ' || v_erased_at, 'does not exist')
            );
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION require_data_subject(uuid) FROM public;

COMMENT ON FUNCTION require_data_subject(uuid) IS
'Raises P0002 where there is no such learner, and 55000 while data_map lacks a column, or has a '
'line of what is no column of a table of the owner. For export_learner_data and erase_learner.';
