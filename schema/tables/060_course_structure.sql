-- One row per course: the row that each change of its structure writes, and that enrolling locks.
-- Not the course itself: sessions, modules and assessments hold key-share locks of its row, so that
-- an author would wait for all of them, and two authors for each other.
CREATE TABLE course_structure (
    course_id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 0,
    sections integer NOT NULL DEFAULT 0,

    CONSTRAINT course_structure_pkey PRIMARY KEY (course_id),
    CONSTRAINT course_structure_course_id_version_key UNIQUE (course_id, version),
    CONSTRAINT course_structure_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT course_structure_sections_check CHECK (sections >= 0)
) WITH (fillfactor = 80);

COMMENT ON TABLE course_structure IS
'What enrollments rest on in their course. One row per course; kept by triggers.';
COMMENT ON COLUMN course_structure.course_id IS 'Course.';
COMMENT ON COLUMN course_structure.version IS
'Number of changes so far: sections added, removed or moved; assessments weighed, removed or '
'moved.';
COMMENT ON COLUMN course_structure.sections IS 'Number of sections of the course.';

COMMENT ON CONSTRAINT course_structure_course_id_version_key ON course_structure IS
'Target of the foreign key by which a change of the course reaches each enrolled learner.';
