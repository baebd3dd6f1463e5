-- How row security learns who asks. The install adds the one row, which the owner updates. A
-- restore of rows alone adds that of the dump: hence a random key, and NULL in the row of the
-- install, which leaves the choice to the other one.
CREATE TABLE access_settings (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    identity_source text,

    CONSTRAINT access_settings_pkey PRIMARY KEY (id),
    CONSTRAINT access_settings_identity_source_check
    CHECK (identity_source IN ('session', 'jwt_claims'))
);

COMMENT ON TABLE access_settings IS
'How row security learns who asks. One row; after a restore of rows alone, two.';
COMMENT ON COLUMN access_settings.id IS 'Random key, so that the row of a dump collides with none.';
COMMENT ON COLUMN access_settings.identity_source IS
'session, or NULL: the token in the setting lms.token, see open_session. jwt_claims: for PostgREST '
'and Supabase, also sub of the setting request.jwt.claims; then whoever can run SQL of their own '
'can claim to be anybody, which with session alone they cannot. Where rows differ, session holds.';

INSERT INTO access_settings DEFAULT VALUES;
