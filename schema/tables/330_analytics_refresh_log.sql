-- One row a refreshed view: how long a refresh takes and how much it changes.
CREATE TABLE analytics_refresh_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view_name name NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    row_count bigint NOT NULL,
    rows_changed bigint NOT NULL,

    CONSTRAINT analytics_refresh_log_row_count_check CHECK (row_count >= 0),
    CONSTRAINT analytics_refresh_log_rows_changed_check CHECK (rows_changed >= 0),
    CONSTRAINT analytics_refresh_log_period_check CHECK (finished_at >= started_at)
);

COMMENT ON TABLE analytics_refresh_log IS
'Log of refreshes; written by refresh_learning_analytics alone. A refresh that failed or '
'found another at work leaves no row.';
COMMENT ON COLUMN analytics_refresh_log.id IS 'Number of the entry.';
COMMENT ON COLUMN analytics_refresh_log.view_name IS 'Materialized view.';
COMMENT ON COLUMN analytics_refresh_log.started_at IS 'When its refresh started.';
COMMENT ON COLUMN analytics_refresh_log.finished_at IS 'When its refresh ended.';
COMMENT ON COLUMN analytics_refresh_log.row_count IS 'Rows of the view after the refresh.';
COMMENT ON COLUMN analytics_refresh_log.rows_changed IS
'Rows whose content is new or differs from before, and rows that are gone.';
