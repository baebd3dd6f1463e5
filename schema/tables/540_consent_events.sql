-- Every consent that was given, withdrawn or refused. Append-only, and without foreign keys: that a
-- consent was there is to be shown (GDPR Art. 7) also when the learner or the guardian is gone.
CREATE TABLE consent_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    learner_id uuid NOT NULL,
    purpose text NOT NULL,
    third_party text,
    regime text NOT NULL,
    action text NOT NULL,
    given_by uuid,
    capacity text NOT NULL,
    notice_version text,
    notice_hash bytea,
    method text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,

    CONSTRAINT consent_events_pkey PRIMARY KEY (id),
    CONSTRAINT consent_events_purpose_check CHECK (purpose ~ '^[a-z0-9][a-z0-9_.-]*$'),
    CONSTRAINT consent_events_third_party_check CHECK (third_party ~ '^\S(.*\S)?$'),
    CONSTRAINT consent_events_regime_check CHECK (regime IN ('gdpr', 'ferpa', 'coppa')),
    CONSTRAINT consent_events_action_check
    CHECK (action IN ('grant', 'withdraw', 'refuse', 'expire')),
    CONSTRAINT consent_events_capacity_check CHECK (capacity IN ('self', 'parent', 'school')),
    CONSTRAINT consent_events_given_by_check CHECK ((action = 'expire') = (given_by IS NULL)),
    CONSTRAINT consent_events_self_check CHECK (capacity <> 'self' OR given_by = learner_id),
    CONSTRAINT consent_events_coppa_check
    CHECK (regime <> 'coppa' OR action <> 'grant' OR capacity <> 'self'),
    CONSTRAINT consent_events_notice_check CHECK (
        action <> 'grant'
        OR (notice_version IS NOT NULL AND notice_hash IS NOT NULL AND method IS NOT NULL)
    ),
    CONSTRAINT consent_events_notice_hash_check CHECK (octet_length(notice_hash) = 32),
    CONSTRAINT consent_events_expires_at_check
    CHECK (expires_at IS NULL OR (action = 'grant' AND expires_at > recorded_at)),
    CONSTRAINT consent_events_finite_times_check
    CHECK (isfinite(recorded_at) AND isfinite(expires_at))
);

COMMENT ON TABLE consent_events IS
'Append-only ledger of consents; written by record_consent and record_my_consent. The latest event '
'of a learner for a purpose and a third party counts.';
COMMENT ON COLUMN consent_events.id IS 'Number of the event; orders those of one learner.';
COMMENT ON COLUMN consent_events.learner_id IS 'Learner whose data it is about.';
COMMENT ON COLUMN consent_events.purpose IS
'What for, in the institution''s own words: lower case letters, digits and _ . - such as '
'learning_analytics. directory_information: see record_disclosure.';
COMMENT ON COLUMN consent_events.third_party IS
'Who outside the institution may get the data; NULL: nobody, the institution itself uses it.';
COMMENT ON COLUMN consent_events.regime IS
'Law that asks for the consent: gdpr, ferpa or coppa.';
COMMENT ON COLUMN consent_events.action IS
'grant, withdraw (after a grant), refuse, or expire (it ended by itself).';
COMMENT ON COLUMN consent_events.given_by IS
'Person who decided: the learner, a guardian, or of the staff; NULL where it expired.';
COMMENT ON COLUMN consent_events.capacity IS
'As what: self (the learner), parent (a guardian) or school (for the parents, within the bounds '
'of the law).';
COMMENT ON COLUMN consent_events.notice_version IS
'Version of the notice that was shown; a grant needs it.';
COMMENT ON COLUMN consent_events.notice_hash IS
'SHA-256 of that notice, so that its text can be shown to be the one. (32 bytes)';
COMMENT ON COLUMN consent_events.method IS
'How it was given, and how a parent was verified, such as signed form; a grant needs it.';
COMMENT ON COLUMN consent_events.recorded_at IS
'When it was recorded, by the clock: a transaction that is left open backdates nothing.';
COMMENT ON COLUMN consent_events.expires_at IS
'When a grant ends by itself; NULL: not before it is withdrawn.';
