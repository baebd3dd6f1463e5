-- Written from src/lms_schema/measures by make generate.
-- What changed in learning_interactions since the last refresh of the analytics: signed measures,
-- written by its triggers and taken out by refresh_learning_analytics. Deltas commute and belong to
-- the transaction that changed the events, so that no order, watermark or clock matters.
-- The table is a queue, only ever appended to and emptied: fillfactor stays 100, since no row is
-- updated; vacuum counts rows and not a share of the table, which is empty most of the time.
-- Numbers are taken 32 at a time, since their order says nothing.
CREATE TABLE learning_interactions_delta (
    id bigint GENERATED ALWAYS AS IDENTITY (CACHE 32) PRIMARY KEY,
    learner_id uuid NOT NULL,
    course_id uuid,
    utc_day date NOT NULL,
    interaction_type interaction_type NOT NULL,
    interactions bigint NOT NULL,
    effectiveness_sum bigint NOT NULL,
    effectiveness_count bigint NOT NULL,
    seconds_sum bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

COMMENT ON TABLE learning_interactions_delta IS
'Queue of signed changes of learning_interactions; kept by its triggers, emptied by '
'refresh_learning_analytics. In every snapshot learner_summary and learner_day_summary + queue = '
'interactions.';
COMMENT ON COLUMN learning_interactions_delta.id IS 'Number of the entry.';
COMMENT ON COLUMN learning_interactions_delta.learner_id IS 'Learner.';
COMMENT ON COLUMN learning_interactions_delta.course_id IS 'Course; NULL: none.';
COMMENT ON COLUMN learning_interactions_delta.utc_day IS 'UTC day.';
COMMENT ON COLUMN learning_interactions_delta.interaction_type IS 'Interaction type.';
COMMENT ON COLUMN learning_interactions_delta.interactions IS
'Change of the number of interactions.';
COMMENT ON COLUMN learning_interactions_delta.effectiveness_sum IS
'Change of the sum of learning_effectiveness over interactions, hundredths.';
COMMENT ON COLUMN learning_interactions_delta.effectiveness_count IS
'Change of the number of interactions with a learning_effectiveness.';
COMMENT ON COLUMN learning_interactions_delta.seconds_sum IS
'Change of the sum of duration_seconds over interactions, seconds.';
