-- Attempts of a learner at an assessment, and the course that they were counted for. A maximum is
-- not additive, so that a refresh looks changed pairs up in assessment_attempts; this is what it
-- last found, and takes back.
CREATE TABLE learner_assessment_summary (
    learner_id uuid NOT NULL,
    assessment_id uuid NOT NULL,
    course_id uuid NOT NULL,
    attempts bigint NOT NULL,
    best bigint,

    CONSTRAINT learner_assessment_summary_pkey PRIMARY KEY (assessment_id, learner_id)
);

COMMENT ON TABLE learner_assessment_summary IS
'Attempts of each learner at each assessment as of the last refresh; written by '
'refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_assessment_summary.learner_id IS 'Learner.';
COMMENT ON COLUMN learner_assessment_summary.assessment_id IS 'Assessment.';
COMMENT ON COLUMN learner_assessment_summary.course_id IS
'Course of the assessment as of the last refresh.';
COMMENT ON COLUMN learner_assessment_summary.attempts IS 'Number of attempts, of any status.';
COMMENT ON COLUMN learner_assessment_summary.best IS
'Highest percentage of a graded attempt, hundredths of a percent; NULL without one.';
