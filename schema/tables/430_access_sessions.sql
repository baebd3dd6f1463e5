-- Who is behind which token. Only the hash is stored: who reads the table, or a backup of it,
-- cannot take part in a session. A token is random, so that a hash without salt is enough.
CREATE TABLE access_sessions (
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    purpose text,
    opened_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,

    CONSTRAINT access_sessions_pkey PRIMARY KEY (token_hash),
    CONSTRAINT access_sessions_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT access_sessions_period_check
    CHECK (expires_at > opened_at AND expires_at <= opened_at + interval '24 hours'),
    CONSTRAINT access_sessions_finite_times_check
    CHECK (isfinite(opened_at) AND isfinite(expires_at))
);

COMMENT ON TABLE access_sessions IS
'Sessions of persons, by which row security knows who asks. Written by open_session and '
'close_session alone.';
COMMENT ON COLUMN access_sessions.token_hash IS
'SHA-256 of the token that the application holds. (32 bytes)';
COMMENT ON COLUMN access_sessions.person_id IS
'Who asks: a learner''s id, or that of a guardian or of staff. Supplied by the application.';
COMMENT ON COLUMN access_sessions.purpose IS
'What the session is for, for the record. Supplied by the application.';
COMMENT ON COLUMN access_sessions.opened_at IS 'When the session began.';
COMMENT ON COLUMN access_sessions.expires_at IS
'When the session ends, at most 24 hours after it began.';
