-- The record of requests for and disclosures of education records (34 CFR 99.32). Append-only, and
-- without foreign keys: it is kept as long as the records are, whatever becomes of the learner.
CREATE TABLE disclosures (
    id bigint GENERATED ALWAYS AS IDENTITY,
    learner_id uuid NOT NULL,
    action text NOT NULL,
    request_id bigint,
    party text NOT NULL,
    records text[] NOT NULL,
    legitimate_interest text NOT NULL,
    basis text,
    purpose text,
    redisclosures jsonb NOT NULL DEFAULT '[]'::jsonb,
    emergency_threat text,
    recorded_by uuid,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT disclosures_pkey PRIMARY KEY (id),
    CONSTRAINT disclosures_action_check CHECK (action IN ('request', 'disclose', 'refuse')),
    CONSTRAINT disclosures_request_id_check CHECK (action <> 'request' OR request_id IS NULL),
    CONSTRAINT disclosures_party_check CHECK (party ~ '^\S(.*\S)?$'),
    CONSTRAINT disclosures_records_check CHECK (cardinality(records) > 0),
    CONSTRAINT disclosures_basis_check CHECK (
        basis IN (
            'consent', 'eligible_student_or_parent', 'school_official', 'other_school',
            'audit_or_evaluation', 'financial_aid', 'juvenile_justice', 'study', 'accreditation',
            'dependent_student', 'court_order', 'emergency', 'directory_information', 'other'
        )
    ),
    CONSTRAINT disclosures_has_basis_check CHECK ((action = 'disclose') = (basis IS NOT NULL)),
    CONSTRAINT disclosures_purpose_check
    CHECK (coalesce(basis = 'consent', FALSE) = (purpose IS NOT NULL)),
    CONSTRAINT disclosures_emergency_check
    CHECK (coalesce(basis = 'emergency', FALSE) = (emergency_threat IS NOT NULL)),
    CONSTRAINT disclosures_redisclosures_check CHECK (
        jsonb_typeof(redisclosures) = 'array'
        AND NOT jsonb_path_exists(
            redisclosures, '$[*] ? (!(@.party.type() == "string" && @.interest.type() == "string"))'
        )
    ),
    CONSTRAINT disclosures_finite_times_check CHECK (isfinite(recorded_at))
);

COMMENT ON TABLE disclosures IS
'Append-only ledger of requests for education records, disclosures and refusals; written by '
'record_disclosure.';
COMMENT ON COLUMN disclosures.id IS 'Number of the entry.';
COMMENT ON COLUMN disclosures.learner_id IS 'Learner whose records they are.';
COMMENT ON COLUMN disclosures.action IS
'request (somebody asked), disclose (they got it) or refuse (they did not).';
COMMENT ON COLUMN disclosures.request_id IS
'Entry of the request that is answered; NULL: nobody had asked, or this is a request.';
COMMENT ON COLUMN disclosures.party IS 'Who asked for the records, or got them.';
COMMENT ON COLUMN disclosures.records IS 'Which records, such as {transcript}.';
COMMENT ON COLUMN disclosures.legitimate_interest IS
'Legitimate interest of the party in the records.';
COMMENT ON COLUMN disclosures.basis IS
'Why it may be disclosed: consent (34 CFR 99.30), or which exception of 99.31; NULL where nothing '
'was disclosed.';
COMMENT ON COLUMN disclosures.purpose IS
'Purpose that the consent names; NULL without one.';
COMMENT ON COLUMN disclosures.redisclosures IS
'To whom the party may pass it on: [{"party": text, "interest": text}]. (JSON array)';
COMMENT ON COLUMN disclosures.emergency_threat IS
'The articulable and significant threat to health or safety (99.36); NULL without one.';
COMMENT ON COLUMN disclosures.recorded_by IS
'Person behind the session who recorded it; NULL: there was no session.';
COMMENT ON COLUMN disclosures.recorded_at IS
'When it was recorded, by the clock: a transaction that is left open backdates nothing.';
