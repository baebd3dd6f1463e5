-- What learners think of a course. Who rates is enrolled, which a trigger checks; a rating stays
-- when they leave. A foreign key to the enrollment would have it go, and TRUNCATE of enrollments
-- refused.
CREATE TABLE course_ratings (
    course_id uuid NOT NULL,
    learner_id uuid NOT NULL,
    rating integer NOT NULL,
    review text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT course_ratings_pkey PRIMARY KEY (course_id, learner_id),
    CONSTRAINT course_ratings_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT course_ratings_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT course_ratings_rating_check CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT course_ratings_finite_times_check
    CHECK (isfinite(created_at) AND isfinite(updated_at))
);

COMMENT ON TABLE course_ratings IS
'What a learner thinks of a course that they are enrolled in. One row per learner and course; '
'average_rating and rating_count of the course follow.';
COMMENT ON COLUMN course_ratings.course_id IS 'Course.';
COMMENT ON COLUMN course_ratings.learner_id IS 'Learner, enrolled in the course when they rate it.';
COMMENT ON COLUMN course_ratings.rating IS 'Rating, 1 (worst) to 5 (best).';
COMMENT ON COLUMN course_ratings.review IS 'What the learner says about it.';
COMMENT ON COLUMN course_ratings.created_at IS 'When the row was made.';
COMMENT ON COLUMN course_ratings.updated_at IS 'When the row last changed; kept by trigger.';
