-- People who learn. An e-mail address identifies one learner whatever its letter case: see
-- indexes/learners_email_lower_key.sql for the case-insensitive half of that rule.
-- Pages keep room for the next login: fillfactor 90, see docs/performance.md.
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
    -- lms-schema: ignore constraint-name: applications know the constraint by this name
    CONSTRAINT valid_email
    CHECK (
        -- Local part: no specials of RFC 5322, not quoted. Domain: two labels or more, no digit in
        -- the last one unless it is punycode. Both may be international (RFC 6531).
        email ~ (
            '^[^][()<>,;:@"\\[:space:][:cntrl:]]+@'
            || '([^][()<>,;:@"\\!#$%&''*+/=?^_`{|}~.[:space:][:cntrl:]]+[.])+'
            || '(xn--[A-Za-z0-9-]+|[^][()<>,;:@"\\!#$%&''*+/=?^_`{|}~.0-9[:space:][:cntrl:]-]{2,})$'
        )
    )
) WITH (fillfactor = 90);

COMMENT ON TABLE learners IS
'A learner with identity, preferences, consent and analytics profile. No table stores a '
'password.';
COMMENT ON COLUMN learners.id IS 'Identity.';
COMMENT ON COLUMN learners.institution_id IS
'Institution of the learner; NULL: an independent learner, who may enroll anywhere.';
COMMENT ON COLUMN learners.email IS 'E-mail address; unique, also when letter case is ignored.';
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
'Consents given under FERPA, GDPR and the like, latest state. (JSON object)';
COMMENT ON COLUMN learners.privacy_settings IS 'Visibility choices of the learner. (JSON object)';
COMMENT ON COLUMN learners.learning_analytics_profile IS
'Analytics profile. Supplied by the application. (JSON object)';
COMMENT ON COLUMN learners.adaptive_learning_data IS
'State of adaptive algorithms. Supplied by the application. (JSON object)';
COMMENT ON COLUMN learners.created_at IS 'When the row was made.';
COMMENT ON COLUMN learners.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN learners.last_login IS 'Last login. Supplied by the application.';
