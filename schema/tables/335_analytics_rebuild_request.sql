-- Why the next refresh must count anew. Rows and not a flag, so that two who ask do not wait for
-- each other, and a request made during a rebuild outlives it.
CREATE TABLE analytics_rebuild_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE analytics_rebuild_request IS
'Requests that the next refresh_learning_analytics() rebuild the summaries: written when a table '
'that they count is truncated, taken out by the rebuild.';
COMMENT ON COLUMN analytics_rebuild_request.id IS 'Number of the request.';
COMMENT ON COLUMN analytics_rebuild_request.reason IS 'What happened, and to which table.';
COMMENT ON COLUMN analytics_rebuild_request.requested_at IS 'When it happened.';
