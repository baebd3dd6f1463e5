-- People who learn. An e-mail address identifies one learner whatever the case of its
-- letters, which is the rule of indexes/learners_email_lower_key.sql. Pages keep room for the next
-- login: fillfactor 90, see docs/performance.md.
CREATE TABLE learners (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    institution_id uuid,
    email varchar(255) NOT NULL,
    first_name varchar(100) NOT NULL,
    last_name varchar(100) NOT NULL,
    learning_style learning_style DEFAULT 'visual',
    academic_level academic_level NOT NULL,
    accessibility_needs jsonb NOT NULL DEFAULT '[]'::jsonb,
    preferred_difficulty difficulty_level DEFAULT 'intermediate',
    learning_pace learning_pace DEFAULT 'self_paced',
    notification_preferences jsonb NOT NULL DEFAULT '{}'::jsonb,
    data_consent jsonb NOT NULL,
    privacy_settings jsonb NOT NULL DEFAULT '{}'::jsonb,
    learning_analytics_profile jsonb NOT NULL DEFAULT '{}'::jsonb,
    adaptive_learning_data jsonb NOT NULL DEFAULT '{}'::jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    last_login timestamptz,

    CONSTRAINT learners_email_key UNIQUE (email),
    CONSTRAINT learners_institution_id_fkey FOREIGN KEY (institution_id)
    REFERENCES educational_institutions (id),
    CONSTRAINT learners_first_name_check CHECK (
        first_name
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT learners_last_name_check CHECK (
        last_name
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT learners_accessibility_needs_check
    CHECK (jsonb_typeof(accessibility_needs) = 'array'),
    CONSTRAINT learners_notification_preferences_check
    CHECK (jsonb_typeof(notification_preferences) = 'object'),
    CONSTRAINT learners_data_consent_check CHECK (jsonb_typeof(data_consent) = 'object'),
    CONSTRAINT learners_privacy_settings_check CHECK (jsonb_typeof(privacy_settings) = 'object'),
    CONSTRAINT learners_learning_analytics_profile_check
    CHECK (jsonb_typeof(learning_analytics_profile) = 'object'),
    CONSTRAINT learners_adaptive_learning_data_check
    CHECK (jsonb_typeof(adaptive_learning_data) = 'object'),
    CONSTRAINT learners_finite_times_check
    CHECK (isfinite(created_at) AND isfinite(updated_at) AND isfinite(last_login)),
    -- lms-schema: ignore constraint-name: applications know the constraint by this name
    CONSTRAINT valid_email CHECK (
        -- No control, white space or other character that nobody sees, by their Unicode numbers:
        -- classes such as [:space:] are not the same in every locale.
        email !~ (
            E'[\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u0600-\\u0605\\u061C\\u06DD\\u070F'
            || E'\\u0890-\\u0891\\u08E2\\u115F-\\u1160\\u1680\\u17B4-\\u17B5\\u180B-\\u180F'
            || E'\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF'
            || E'\\uFFA0\\uFFF0-\\uFFFB\\U000110BD\\U000110CD\\U00013430-\\U0001343F'
            || E'\\U0001BCA0-\\U0001BCA3\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]'
        )
        -- Local part: no specials of RFC 5322, not quoted. Domain: two labels or more, no digit in
        -- the last one unless it is punycode. Both may be international (RFC 6531).
        AND email ~ (
            E'^[^][()<>,;:@"\\\\]+@'
            || E'([^][()<>,;:@"\\\\!#$%&''*+/=?^_`{|}~.]+[.])+'
            || E'(xn--[A-Za-z0-9-]+|[^][()<>,;:@"\\\\!#$%&''*+/=?^_`{|}~.0-9-]{2,})$'
        )
    )
) WITH (fillfactor = 90);

COMMENT ON TABLE learners IS
'A learner with identity, preferences, consent and analytics profile. No table stores a '
'password.';
COMMENT ON COLUMN learners.id IS 'Identity.';
COMMENT ON COLUMN learners.institution_id IS
'Institution of the learner; NULL: an independent learner, who may enroll anywhere.';
COMMENT ON COLUMN learners.email IS
'E-mail address; unique, also when the case of its letters is ignored.';
COMMENT ON COLUMN learners.first_name IS 'Given name.';
COMMENT ON COLUMN learners.last_name IS 'Family name.';
COMMENT ON COLUMN learners.learning_style IS
'Stated preference. The default ''visual'' is a default, not an observation; NULL: unknown.';
COMMENT ON COLUMN learners.academic_level IS 'Level of education.';
COMMENT ON COLUMN learners.accessibility_needs IS
'Needs such as screen reader or captions. (JSON array)';
COMMENT ON COLUMN learners.preferred_difficulty IS
'Stated preference. The default is a default, not an observation; NULL: unknown.';
COMMENT ON COLUMN learners.learning_pace IS
'Stated preference. The default is a default, not an observation; NULL: unknown.';
COMMENT ON COLUMN learners.notification_preferences IS
'Which messages the learner wants, by channel. (JSON object)';
COMMENT ON COLUMN learners.data_consent IS
'Consents given under FERPA, GDPR and COPPA, latest state: a mirror of consent_events, as '
'consent_state says it. Written by record_consent alone. (JSON object)';
COMMENT ON COLUMN learners.privacy_settings IS 'Visibility choices of the learner. (JSON object)';
COMMENT ON COLUMN learners.learning_analytics_profile IS
'Analytics profile. Supplied by the application. (JSON object)';
COMMENT ON COLUMN learners.adaptive_learning_data IS
'State of adaptive algorithms. Supplied by the application. (JSON object)';
COMMENT ON COLUMN learners.created_at IS 'When the row was made.';
COMMENT ON COLUMN learners.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN learners.last_login IS 'Last login. Supplied by the application.';
