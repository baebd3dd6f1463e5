-- Written from src/lms_schema/measures by make generate.
-- What changed in learning_sessions since the last refresh of the analytics; see
-- learning_interactions_delta for how and for the settings.
CREATE TABLE learning_sessions_delta (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    is_derivation boolean NOT NULL,
    sessions bigint NOT NULL,
    duration_sum bigint NOT NULL,
    duration_count bigint NOT NULL,
    level_sum bigint NOT NULL,
    level_count bigint NOT NULL,
    focus_sum bigint NOT NULL,
    focus_count bigint NOT NULL,
    productivity_sum bigint NOT NULL,
    productivity_count bigint NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

COMMENT ON TABLE learning_sessions_delta IS
'Queue of signed changes of learning_sessions; kept by its triggers, emptied by '
'refresh_learning_analytics. In every snapshot learner_summary + queue = sessions.';
COMMENT ON COLUMN learning_sessions_delta.id IS 'Number of the entry.';
COMMENT ON COLUMN learning_sessions_delta.learner_id IS 'Learner.';
COMMENT ON COLUMN learning_sessions_delta.course_id IS 'Course.';
COMMENT ON COLUMN learning_sessions_delta.is_derivation IS
'Whether derive_sessions wrote the change, which it need not look at again.';
COMMENT ON COLUMN learning_sessions_delta.sessions IS 'Change of the number of sessions.';
COMMENT ON COLUMN learning_sessions_delta.duration_sum IS
'Change of the sum of duration_minutes over sessions, minutes.';
COMMENT ON COLUMN learning_sessions_delta.duration_count IS
'Change of the number of sessions with a duration_minutes.';
COMMENT ON COLUMN learning_sessions_delta.level_sum IS
'Change of the sum of engagement_level over sessions that are derived or name it in supplied, low '
'1 to very_high 4.';
COMMENT ON COLUMN learning_sessions_delta.level_count IS
'Change of the number of sessions that are derived or name it in supplied with an '
'engagement_level.';
COMMENT ON COLUMN learning_sessions_delta.focus_sum IS
'Change of the sum of focus_score over sessions, hundredths.';
COMMENT ON COLUMN learning_sessions_delta.focus_count IS
'Change of the number of sessions with a focus_score.';
COMMENT ON COLUMN learning_sessions_delta.productivity_sum IS
'Change of the sum of productivity_score over sessions, hundredths.';
COMMENT ON COLUMN learning_sessions_delta.productivity_count IS
'Change of the number of sessions with a productivity_score.';
