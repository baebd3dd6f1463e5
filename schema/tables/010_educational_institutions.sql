-- Institutions that learners and courses belong to: the tenants of an installation.
CREATE TABLE educational_institutions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name varchar(255) NOT NULL,
    type institution_type NOT NULL,
    accreditation_info jsonb,
    educational_standards jsonb,
    learning_analytics_config jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT educational_institutions_name_check CHECK (
        name
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT educational_institutions_accreditation_info_check
    CHECK (jsonb_typeof(accreditation_info) IN ('array', 'object')),
    CONSTRAINT educational_institutions_educational_standards_check
    CHECK (jsonb_typeof(educational_standards) IN ('array', 'object')),
    CONSTRAINT educational_institutions_learning_analytics_config_check
    CHECK (jsonb_typeof(learning_analytics_config) = 'object'),
    CONSTRAINT educational_institutions_completion_rule_check
    CHECK (learning_analytics_config ->> 'completion_rule' IN ('none', 'modules')),
    CONSTRAINT educational_institutions_derive_sessions_check
    CHECK (jsonb_typeof(learning_analytics_config -> 'derive_sessions') = 'boolean'),
    CONSTRAINT educational_institutions_finite_times_check
    CHECK (isfinite(created_at) AND isfinite(updated_at))
);

COMMENT ON TABLE educational_institutions IS
'A university, school, company or platform; learners and courses of one institution never '
'mix with those of another.';
COMMENT ON COLUMN educational_institutions.id IS 'Identity.';
COMMENT ON COLUMN educational_institutions.name IS 'Name as shown to people.';
COMMENT ON COLUMN educational_institutions.type IS 'Kind of institution.';
COMMENT ON COLUMN educational_institutions.accreditation_info IS
'Accreditations and who granted them. (JSON array or object)';
COMMENT ON COLUMN educational_institutions.educational_standards IS
'Compliance settings, such as FERPA and GDPR. (JSON array or object)';
COMMENT ON COLUMN educational_institutions.learning_analytics_config IS
'Settings of the institution''s analytics; completion_rule (none, modules) and derive_sessions '
'(true, false) are those of new courses. (JSON object)';
COMMENT ON COLUMN educational_institutions.created_at IS 'When the row was made.';
COMMENT ON COLUMN educational_institutions.updated_at IS
'When the row last changed; kept by trigger.';
