-- Written from src/lms_schema/measures by make generate.
-- What changed in section_progress since the last refresh of the analytics; see
-- learning_interactions_delta for how and for the settings.
CREATE TABLE section_progress_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    progress_rows bigint NOT NULL,
    comprehension_sum bigint NOT NULL,
    comprehension_count bigint NOT NULL,
    retention_sum bigint NOT NULL,
    retention_count bigint NOT NULL,
    application_sum bigint NOT NULL,
    application_count bigint NOT NULL,
    interactions_sum bigint NOT NULL,
    meaningful_sum bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

COMMENT ON TABLE section_progress_delta IS
'Queue of signed changes of section_progress; kept by its triggers, emptied by '
'refresh_learning_analytics. In every snapshot learner_course_summary + queue = progress rows.';
COMMENT ON COLUMN section_progress_delta.id IS 'Number of the entry.';
COMMENT ON COLUMN section_progress_delta.learner_id IS 'Learner.';
COMMENT ON COLUMN section_progress_delta.course_id IS 'Course.';
COMMENT ON COLUMN section_progress_delta.progress_rows IS 'Change of the number of progress rows.';
COMMENT ON COLUMN section_progress_delta.comprehension_sum IS
'Change of the sum of comprehension_score over progress rows, hundredths.';
COMMENT ON COLUMN section_progress_delta.comprehension_count IS
'Change of the number of progress rows with a comprehension_score.';
COMMENT ON COLUMN section_progress_delta.retention_sum IS
'Change of the sum of retention_score over progress rows, hundredths.';
COMMENT ON COLUMN section_progress_delta.retention_count IS
'Change of the number of progress rows with a retention_score.';
COMMENT ON COLUMN section_progress_delta.application_sum IS
'Change of the sum of application_score over progress rows, hundredths.';
COMMENT ON COLUMN section_progress_delta.application_count IS
'Change of the number of progress rows with an application_score.';
COMMENT ON COLUMN section_progress_delta.interactions_sum IS
'Change of the sum of interaction_count over progress rows.';
COMMENT ON COLUMN section_progress_delta.meaningful_sum IS
'Change of the sum of meaningful_interactions over progress rows.';
