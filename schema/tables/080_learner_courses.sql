-- One row per learner and course that have to do with each other: the row that enrolling writes,
-- and that progress and attempts of a learner without an enrollment write, so that of two
-- transactions one waits for the other and sees it. A change of the course's structure writes these
-- rows by the cascade of the foreign key. A cascade alone sees rows that are newer than the
-- snapshot of a REPEATABLE READ transaction, and raises 40001 for them. The key is not on the
-- enrollment: a row that is updated twice in a transaction has its foreign keys checked again, and
-- who works in a course would then wait for who edits it, who waits for the enrollment.
-- Who leaves keeps the version. The key of that is the only one to the course, since each key is a
-- query for each row of a load; a row without a version has its own.
CREATE TABLE learner_courses (
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    structure_version bigint,
    changes bigint NOT NULL DEFAULT 1,
    versionless_course_id uuid GENERATED ALWAYS AS (
        CASE WHEN structure_version IS NULL THEN course_id END
    ) STORED,

    CONSTRAINT learner_courses_pkey PRIMARY KEY (learner_id, course_id),
    CONSTRAINT learner_courses_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT learner_courses_versionless_course_id_fkey FOREIGN KEY (versionless_course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT learner_courses_course_id_structure_version_fkey FOREIGN KEY (
        course_id, structure_version
    ) REFERENCES course_structure (course_id, version) ON UPDATE CASCADE ON DELETE CASCADE
) WITH (fillfactor = 80);

COMMENT ON TABLE learner_courses IS
'Learners who are or were enrolled in a course, or have progress or attempts in it; kept by '
'triggers, so that what happens at the same time is counted once.';
COMMENT ON COLUMN learner_courses.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_courses.course_id IS 'Course.';
COMMENT ON COLUMN learner_courses.structure_version IS
'Version of the course that the enrollment rests on, also of who left; NULL: never enrolled.';
COMMENT ON COLUMN learner_courses.changes IS
'Number of times that the row was written other than by the course.';
COMMENT ON COLUMN learner_courses.versionless_course_id IS
'Course of who was never enrolled, for the foreign key; else NULL.';
