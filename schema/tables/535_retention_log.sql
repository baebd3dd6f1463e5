-- What went because its time was over: evidence that the policies are applied.
CREATE TABLE retention_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what text NOT NULL,
    lower_bound timestamptz,
    upper_bound timestamptz NOT NULL,
    rows_gone bigint NOT NULL,
    gone_at timestamptz NOT NULL DEFAULT now(),
    gone_by text NOT NULL DEFAULT session_user,

    CONSTRAINT retention_log_rows_gone_check CHECK (rows_gone >= 0),
    CONSTRAINT retention_log_finite_times_check
    CHECK (isfinite(lower_bound) AND isfinite(upper_bound) AND isfinite(gone_at))
);

COMMENT ON TABLE retention_log IS
'Append-only ledger of what was dropped or deleted because it was kept long enough.';
COMMENT ON COLUMN retention_log.id IS 'Number of the entry.';
COMMENT ON COLUMN retention_log.what IS 'Table, see retention_policies.';
COMMENT ON COLUMN retention_log.lower_bound IS
'Time from which on it went; NULL: all that was older.';
COMMENT ON COLUMN retention_log.upper_bound IS 'Time before which it went.';
COMMENT ON COLUMN retention_log.rows_gone IS 'Number of rows.';
COMMENT ON COLUMN retention_log.gone_at IS 'When it went.';
COMMENT ON COLUMN retention_log.gone_by IS 'Login that did it.';
