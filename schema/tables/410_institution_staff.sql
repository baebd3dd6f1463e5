-- Who administers which institution: the authority of the persona lms_registrar. Persons are the
-- application's, so person_id has no foreign key.
CREATE TABLE institution_staff (
    institution_id uuid NOT NULL,
    person_id uuid NOT NULL,
    valid_until timestamptz,

    CONSTRAINT institution_staff_pkey PRIMARY KEY (institution_id, person_id),
    CONSTRAINT institution_staff_institution_id_fkey FOREIGN KEY (institution_id)
    REFERENCES educational_institutions (id) ON DELETE CASCADE,
    CONSTRAINT institution_staff_finite_times_check CHECK (isfinite(valid_until))
);

COMMENT ON TABLE institution_staff IS
'Who administers an institution, and so works in it as lms_registrar. One row per institution and '
'person.';
COMMENT ON COLUMN institution_staff.institution_id IS 'Institution.';
COMMENT ON COLUMN institution_staff.person_id IS
'Person, as open_session names them. Supplied by the application.';
COMMENT ON COLUMN institution_staff.valid_until IS
'When the authority ends; NULL: it lasts as long as the row.';
