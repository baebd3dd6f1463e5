-- How long the institution keeps what. Without a row it is kept for ever: a default would delete
-- what nobody decided about.
CREATE TABLE retention_policies (
    what text NOT NULL,
    keep_for interval NOT NULL,
    legal_basis text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT retention_policies_pkey PRIMARY KEY (what),
    CONSTRAINT retention_policies_what_check
    CHECK (
        what IN ('learning_interactions', 'audit_log', 'access_sessions', 'analytics_refresh_log')
    ),
    -- engagement and velocity of the enrollments look back on the events of 30 days
    CONSTRAINT retention_policies_keep_for_check
    CHECK (what <> 'learning_interactions' OR keep_for >= interval '30 days'),
    CONSTRAINT retention_policies_future_check CHECK (keep_for >= interval '0'),
    CONSTRAINT retention_policies_legal_basis_check CHECK (legal_basis <> ''),
    CONSTRAINT retention_policies_finite_times_check CHECK (isfinite(decided_at))
);

COMMENT ON TABLE retention_policies IS
'How long what is kept, and why so long: lms-schema maintain applies it, and retention_log tells '
'what went. What has no row is kept for ever.';
COMMENT ON COLUMN retention_policies.what IS
'learning_interactions and audit_log: by whole months, never one with rows of a learner under a '
'legal hold, nor a later one of audit_log; access_sessions: from the end of a session; '
'analytics_refresh_log.';
COMMENT ON COLUMN retention_policies.keep_for IS
'How long at least; of events 30 days or more.';
COMMENT ON COLUMN retention_policies.legal_basis IS 'What asks for it, or allows it.';
COMMENT ON COLUMN retention_policies.decided_at IS 'When it was decided.';
