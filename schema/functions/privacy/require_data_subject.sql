-- What an export and an erasure need to know first.
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
    v_erased_at timestamptz := (
        SELECT e.erased_at FROM erasures AS e WHERE e.learner_id = p_learner_id
    );
BEGIN
    IF v_columns IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('data_map does not know %s', v_columns),
            HINT = 'Write a row into data_map_entries for each of these columns.';
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
'Raises P0002 where there is no such learner, and 55000 while data_map lacks a column. For '
'export_learner_data and erase_learner.';
