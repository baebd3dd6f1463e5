-- How row security learns who asks. At most one row, of the owner, and nobody else reads it. No row
-- is installed: it would collide with the one that a restore of data brings.
CREATE TABLE access_settings (
    is_only_row boolean NOT NULL DEFAULT TRUE,
    identity_source text NOT NULL,

    CONSTRAINT access_settings_pkey PRIMARY KEY (is_only_row),
    CONSTRAINT access_settings_is_only_row_check CHECK (is_only_row),
    CONSTRAINT access_settings_identity_source_check
    CHECK (identity_source IN ('session', 'jwt_claims'))
);

COMMENT ON TABLE access_settings IS
'How row security learns who asks. At most one row; without it, by session.';
COMMENT ON COLUMN access_settings.is_only_row IS 'Always TRUE: the key of the only row.';
COMMENT ON COLUMN access_settings.identity_source IS
'session: the token in the setting lms.token, see open_session. jwt_claims: for PostgREST and '
'Supabase, also sub of the setting request.jwt.claims; then whoever can run SQL of their own can '
'claim to be anybody, which with session alone they cannot.';
