-- What a seal holds of the rows of the audit log, in one place for sealing and checking.
CREATE OR REPLACE FUNCTION audit_rows_hash(
    p_row_ids int8multirange,
    OUT found_ids int8multirange,
    OUT rows_hash bytea
)
LANGUAGE plpgsql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- times are printed by it
SET timezone = 'UTC'
AS $$
BEGIN
    SELECT
        coalesce(range_agg(int8range(a.id, a.id, '[]')), '{}'),
        sha256(
            coalesce(
                string_agg(
                    sha256(
                        convert_to(
                            jsonb_build_array(
                                a.id, a.recorded_at, a.table_name, a.operation, a.row_key,
                                a.learner_id, a.changed_columns, a.old_values, a.new_values,
                                a.person_id, a.role_name, a.login_name, a.application_name
                            )::text,
                            'UTF8'
                        )
                    ),
                    '' ORDER BY a.id, a.recorded_at
                ),
                ''
            )
        )
    INTO found_ids, rows_hash
    FROM unnest(p_row_ids) AS r (ids)
    INNER JOIN audit_log AS a ON a.id BETWEEN lower(r.ids) AND upper(r.ids) - 1;
END;
$$;

REVOKE EXECUTE ON FUNCTION audit_rows_hash(int8multirange) FROM public;

COMMENT ON FUNCTION audit_rows_hash(int8multirange) IS
'Which of these ids there are in audit_log, and the SHA-256 over the hashes of their rows in the '
'order of the ids.';
