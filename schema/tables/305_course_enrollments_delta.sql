-- Written from src/lms_schema/measures by make generate.
-- What changed in course_enrollments since the last refresh of the analytics; see
-- learning_interactions_delta for how and for the settings.
CREATE TABLE course_enrollments_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    enrollments bigint NOT NULL,
    completed bigint NOT NULL,
    progress_sum bigint NOT NULL,
    time_sum bigint NOT NULL,
    engagement_sum bigint NOT NULL,
    engagement_count bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

COMMENT ON TABLE course_enrollments_delta IS
'Queue of signed changes of course_enrollments; kept by its triggers, emptied by '
'refresh_learning_analytics. In every snapshot course_summary and learner_summary + queue = '
'enrollments.';
COMMENT ON COLUMN course_enrollments_delta.id IS 'Number of the entry.';
COMMENT ON COLUMN course_enrollments_delta.learner_id IS 'Learner.';
COMMENT ON COLUMN course_enrollments_delta.course_id IS 'Course.';
COMMENT ON COLUMN course_enrollments_delta.enrollments IS 'Change of the number of enrollments.';
COMMENT ON COLUMN course_enrollments_delta.completed IS
'Change of the number of completed enrollments.';
COMMENT ON COLUMN course_enrollments_delta.progress_sum IS
'Change of the sum of overall_progress over enrollments, hundredths of a percent.';
COMMENT ON COLUMN course_enrollments_delta.time_sum IS
'Change of the sum of total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN course_enrollments_delta.engagement_sum IS
'Change of the sum of engagement_score over enrollments, hundredths.';
COMMENT ON COLUMN course_enrollments_delta.engagement_count IS
'Change of the number of enrollments with an engagement_score.';
