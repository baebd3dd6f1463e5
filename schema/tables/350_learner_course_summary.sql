-- Written from src/lms_schema/measures by make generate.
-- Progress and attempts of a learner in a course, enrolled or not. The dashboard counts those of
-- enrolled learners: when one enrolls or leaves, these are the sums that the course gains or loses.
CREATE TABLE learner_course_summary (
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    enrollments bigint NOT NULL DEFAULT 0,
    progress_rows bigint NOT NULL DEFAULT 0,
    comprehension_sum bigint NOT NULL DEFAULT 0,
    comprehension_count bigint NOT NULL DEFAULT 0,
    retention_sum bigint NOT NULL DEFAULT 0,
    retention_count bigint NOT NULL DEFAULT 0,
    application_sum bigint NOT NULL DEFAULT 0,
    application_count bigint NOT NULL DEFAULT 0,
    interactions_sum bigint NOT NULL DEFAULT 0,
    meaningful_sum bigint NOT NULL DEFAULT 0,
    attempts bigint NOT NULL DEFAULT 0,
    best_sum bigint NOT NULL DEFAULT 0,
    best_count bigint NOT NULL DEFAULT 0,

    CONSTRAINT learner_course_summary_pkey PRIMARY KEY (learner_id, course_id)
) WITH (fillfactor = 80);

COMMENT ON TABLE learner_course_summary IS
'Sums of each learner in each course as of the last refresh; written by '
'refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_course_summary.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_course_summary.course_id IS 'Course.';
COMMENT ON COLUMN learner_course_summary.enrollments IS
'1 when the learner is enrolled in the course, else 0.';
COMMENT ON COLUMN learner_course_summary.progress_rows IS 'Number of progress rows.';
COMMENT ON COLUMN learner_course_summary.comprehension_sum IS
'Sum of comprehension_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_course_summary.comprehension_count IS
'Number of progress rows with a comprehension_score.';
COMMENT ON COLUMN learner_course_summary.retention_sum IS
'Sum of retention_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_course_summary.retention_count IS
'Number of progress rows with a retention_score.';
COMMENT ON COLUMN learner_course_summary.application_sum IS
'Sum of application_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_course_summary.application_count IS
'Number of progress rows with an application_score.';
COMMENT ON COLUMN learner_course_summary.interactions_sum IS
'Sum of interaction_count over progress rows.';
COMMENT ON COLUMN learner_course_summary.meaningful_sum IS
'Sum of meaningful_interactions over progress rows.';
COMMENT ON COLUMN learner_course_summary.attempts IS 'Number of attempts of any status.';
COMMENT ON COLUMN learner_course_summary.best_sum IS
'Sum of best graded percentage over assessments, hundredths of a percent.';
COMMENT ON COLUMN learner_course_summary.best_count IS
'Number of assessments with a best graded percentage.';
