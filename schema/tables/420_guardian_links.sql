-- Who may see the records of which learner: the authority of the persona lms_guardian. Guardians
-- are the application's, so guardian_id has no foreign key.
CREATE TABLE guardian_links (
    guardian_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    valid_until timestamptz,

    CONSTRAINT guardian_links_pkey PRIMARY KEY (guardian_id, learner_id),
    CONSTRAINT guardian_links_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    -- or a child would consent as a parent
    CONSTRAINT guardian_links_self_check CHECK (guardian_id <> learner_id),
    CONSTRAINT guardian_links_finite_times_check CHECK (isfinite(valid_until))
);

COMMENT ON TABLE guardian_links IS
'Who is guardian of a learner, and so reads their records as lms_guardian. One row per guardian '
'and learner.';
COMMENT ON COLUMN guardian_links.guardian_id IS
'Person, as open_session names them. Supplied by the application.';
COMMENT ON COLUMN guardian_links.learner_id IS 'Learner, the ward.';
COMMENT ON COLUMN guardian_links.valid_until IS
'When the link ends, such as when the learner comes of age; NULL: it lasts as long as the row.';
