-- Who teaches which course: the authority of the persona lms_instructor. Persons are the
-- application's: who teaches need not be a learner, so person_id has no foreign key.
CREATE TABLE course_staff (
    course_id uuid NOT NULL,
    person_id uuid NOT NULL,
    valid_until timestamptz,

    CONSTRAINT course_staff_pkey PRIMARY KEY (course_id, person_id),
    CONSTRAINT course_staff_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT course_staff_finite_times_check CHECK (isfinite(valid_until))
);

COMMENT ON TABLE course_staff IS
'Who teaches a course, and so works in it as lms_instructor. One row per course and person.';
COMMENT ON COLUMN course_staff.course_id IS 'Course.';
COMMENT ON COLUMN course_staff.person_id IS
'Person, as open_session names them. Supplied by the application.';
COMMENT ON COLUMN course_staff.valid_until IS
'When the authority ends; NULL: it lasts as long as the row.';
