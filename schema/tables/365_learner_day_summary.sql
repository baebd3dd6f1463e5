-- What a learner did in a course on a day: sums to which each refresh adds what is queued, and that
-- course_daily_activity adds up. By learner, since who is active on a day is not a sum of who is
-- active in its events. The key begins with the course, whose time axis is read as a whole.
CREATE TABLE learner_day_summary (
    course_id uuid NOT NULL,
    utc_day date NOT NULL,
    learner_id uuid NOT NULL,
    interactions bigint NOT NULL,
    meaningful_interactions bigint NOT NULL,
    seconds_sum bigint NOT NULL,

    CONSTRAINT learner_day_summary_pkey PRIMARY KEY (course_id, utc_day, learner_id)
);

COMMENT ON TABLE learner_day_summary IS
'Activity of each learner in each course by day, as of the last refresh; written by '
'refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_day_summary.course_id IS
'Course. No foreign key: what is queued of a deleted one is yet to be taken out.';
COMMENT ON COLUMN learner_day_summary.utc_day IS 'UTC day of the interactions.';
COMMENT ON COLUMN learner_day_summary.learner_id IS
'Learner. No foreign key, for the same reason.';
COMMENT ON COLUMN learner_day_summary.interactions IS 'Number of interactions.';
COMMENT ON COLUMN learner_day_summary.meaningful_interactions IS
'Number of knowledge checks, practice, reflection and discussion among them.';
COMMENT ON COLUMN learner_day_summary.seconds_sum IS
'Sum of their duration_seconds; one without a duration counts 0.';
