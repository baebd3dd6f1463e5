-- Why the next refresh must count anew. Rows and not a flag, so that two who ask do not wait for
-- each other, and a request made during a rebuild outlives it.
CREATE TABLE analytics_rebuild_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reason text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    course_id uuid
);

COMMENT ON TABLE analytics_rebuild_request IS
'Requests that the next refresh_learning_analytics() count anew, which takes them out: all '
'summaries, when a table that they count was truncated, or the derived sessions of a course, when '
'it got other sections or asked for sessions.';
COMMENT ON COLUMN analytics_rebuild_request.id IS 'Number of the request.';
COMMENT ON COLUMN analytics_rebuild_request.reason IS 'What happened, and to which table.';
COMMENT ON COLUMN analytics_rebuild_request.requested_at IS 'When it happened.';
COMMENT ON COLUMN analytics_rebuild_request.course_id IS
'Course whose sessions are to be derived anew; NULL: the summaries, of all.';
