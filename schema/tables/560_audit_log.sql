-- Who changed what, partitioned by UTC month of recorded_at; ensure_month_partitions makes the
-- partitions. Append-only, and without foreign keys: it keeps what it says when what it is about is
-- gone. Names and addresses stand nowhere in it. Without CHECKs: triggers alone write it, and each
-- grade would pay for them. Who acts is a default, and the same for all triggers: the setting role
-- is what the session has taken, also in a function that runs as the owner.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    table_name text NOT NULL,
    operation text NOT NULL,
    row_key jsonb,
    learner_id uuid,
    changed_columns text[] NOT NULL,
    old_values jsonb,
    new_values jsonb,
    person_id uuid,
    role_name text NOT NULL DEFAULT coalesce(nullif(current_setting('role'), 'none'), session_user),
    login_name text NOT NULL DEFAULT session_user,
    application_name text NOT NULL DEFAULT current_setting('application_name'),

    CONSTRAINT audit_log_pkey PRIMARY KEY (id, recorded_at)
) PARTITION BY RANGE (recorded_at);

COMMENT ON TABLE audit_log IS
'Append-only log of changes of scores, grades, status, staff, guardians and learners'' identity; '
'written by triggers alone, sealed by maintain.';
COMMENT ON COLUMN audit_log.id IS
'Number of the change. Numbers are missing where a transaction was rolled back.';
COMMENT ON COLUMN audit_log.recorded_at IS
'When, by the clock: a transaction that is left open backdates nothing.';
COMMENT ON COLUMN audit_log.table_name IS 'Table of the row that changed.';
COMMENT ON COLUMN audit_log.operation IS
'INSERT, UPDATE, DELETE or TRUNCATE. A row whose key changed was deleted and inserted.';
COMMENT ON COLUMN audit_log.row_key IS
'Primary key of the row; NULL: the table was truncated. (JSON object)';
COMMENT ON COLUMN audit_log.learner_id IS 'Learner whom the row is about; NULL: none.';
COMMENT ON COLUMN audit_log.changed_columns IS 'Names of the columns that changed.';
COMMENT ON COLUMN audit_log.old_values IS
'Before: score, percentage, passed and status of an attempt; final grade, status and its date of '
'an enrollment; NULL elsewhere. (JSON object)';
COMMENT ON COLUMN audit_log.new_values IS
'After, as old_values. (JSON object)';
COMMENT ON COLUMN audit_log.person_id IS
'Person behind the session, see session_person; NULL: there was none.';
COMMENT ON COLUMN audit_log.role_name IS 'Role that the login had taken, or the login.';
COMMENT ON COLUMN audit_log.login_name IS 'Role that had logged in.';
COMMENT ON COLUMN audit_log.application_name IS
'Application, as it names itself: not proven, unlike the rest.';
