-- Which attempts changed since the last refresh of the analytics. Without measures: the best
-- percentage is a maximum, so that a refresh counts these pairs anew. An assessment that moves to
-- another course is one entry and not one a learner, since the refresh knows its pairs. So is one
-- that is deleted: course_analytics looks for what left a course by the course.
-- See learning_interactions_delta for the settings.
CREATE TABLE assessment_attempts_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learner_id uuid,
    assessment_id uuid NOT NULL,
    course_id uuid
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

COMMENT ON TABLE assessment_attempts_delta IS
'Queue of changed attempts; kept by the triggers of assessment_attempts and '
'educational_assessments, emptied by refresh_learning_analytics. In every snapshot a pair that is '
'not queued stands in learner_assessment_summary as it is.';
COMMENT ON COLUMN assessment_attempts_delta.id IS 'Number of the entry.';
COMMENT ON COLUMN assessment_attempts_delta.learner_id IS
'Learner; NULL: everybody, because the assessment left its course.';
COMMENT ON COLUMN assessment_attempts_delta.assessment_id IS 'Assessment.';
COMMENT ON COLUMN assessment_attempts_delta.course_id IS
'Course that the assessment left; NULL: none.';
