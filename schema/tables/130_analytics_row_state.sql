-- What each row of the analytics views held at its last change. It is why last_updated tells when
-- the content changed, and why an unchanged row is not rewritten by a refresh.
CREATE TABLE analytics_row_state (
    view_name name NOT NULL,
    row_id uuid NOT NULL,
    content_md5 uuid NOT NULL,
    changed_at timestamptz NOT NULL,

    CONSTRAINT analytics_row_state_pkey PRIMARY KEY (view_name, row_id)
);

COMMENT ON TABLE analytics_row_state IS
'One row a row of the materialized views; written by refresh_learning_analytics alone.';
COMMENT ON COLUMN analytics_row_state.view_name IS 'Materialized view.';
COMMENT ON COLUMN analytics_row_state.row_id IS 'Key of its row: course or learner.';
COMMENT ON COLUMN analytics_row_state.content_md5 IS
'MD5 of the row''s content as JSON, without last_updated.';
COMMENT ON COLUMN analytics_row_state.changed_at IS 'Refresh at which the content last changed.';
