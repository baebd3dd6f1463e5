-- The event table, partitioned by UTC month of timestamp; ensure_interaction_partitions makes the
-- partitions. A partitioned table cannot have id alone as its key: it is (id, timestamp).
-- One composite foreign key keeps section and course together. It says nothing of an event without
-- a section, such as a course view: the foreign key of the generated column does, and costs nothing
-- where a section is given. Its CHECKs are as short as those of section_progress.
CREATE TABLE learning_interactions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    learner_id uuid NOT NULL,
    section_id uuid,
    course_id uuid,
    interaction_type interaction_type NOT NULL,
    interaction_subtype varchar(100),
    learning_objective varchar(255),
    bloom_taxonomy_level bloom_taxonomy_level,
    difficulty_level difficulty_level,
    interaction_data jsonb NOT NULL,
    duration_seconds integer,
    outcome interaction_outcome NOT NULL DEFAULT 'successful',
    knowledge_demonstration jsonb,
    misconception_indicators jsonb,
    learning_effectiveness decimal(3, 2),
    personalization_data jsonb,
    difficulty_adjustment jsonb,
    device_type varchar(50),
    session_id uuid,
    learning_environment jsonb,
    timestamp timestamptz NOT NULL DEFAULT now(),
    sectionless_course_id uuid GENERATED ALWAYS AS (
        CASE WHEN section_id IS NULL THEN course_id END
    ) STORED,

    CONSTRAINT learning_interactions_pkey PRIMARY KEY (id, timestamp),
    CONSTRAINT learning_interactions_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT learning_interactions_section_id_course_id_fkey FOREIGN KEY (section_id, course_id)
    REFERENCES learning_sections (id, course_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT learning_interactions_sectionless_course_id_fkey FOREIGN KEY (sectionless_course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT learning_interactions_course_id_check
    CHECK (section_id IS NULL OR course_id IS NOT NULL),
    CONSTRAINT learning_interactions_interaction_data_check
    CHECK (jsonb_typeof(interaction_data) = 'object'),
    CONSTRAINT learning_interactions_duration_seconds_check CHECK (duration_seconds >= 0),
    CONSTRAINT learning_interactions_knowledge_demonstration_check
    CHECK (jsonb_typeof(knowledge_demonstration) ~ 'array|object'),
    CONSTRAINT learning_interactions_misconception_indicators_check
    CHECK (jsonb_typeof(misconception_indicators) ~ 'array|object'),
    CONSTRAINT learning_interactions_learning_effectiveness_check
    CHECK (learning_effectiveness BETWEEN 0.0 AND 1.0),
    CONSTRAINT learning_interactions_personalization_data_check
    CHECK (jsonb_typeof(personalization_data) ~ 'array|object'),
    CONSTRAINT learning_interactions_difficulty_adjustment_check
    CHECK (jsonb_typeof(difficulty_adjustment) ~ 'array|object'),
    CONSTRAINT learning_interactions_learning_environment_check
    CHECK (jsonb_typeof(learning_environment) ~ 'array|object'),
    CONSTRAINT learning_interactions_finite_times_check CHECK (isfinite(timestamp))
) PARTITION BY RANGE (timestamp);

COMMENT ON TABLE learning_interactions IS
'One row per event of a learner in a section, in a course or in neither, such as a login; '
'partitioned by UTC month. An event is '
'identified by id and timestamp. Give queries a bound on timestamp, so that they read only '
'the months that they need.';
COMMENT ON COLUMN learning_interactions.id IS 'Identity, together with timestamp.';
COMMENT ON COLUMN learning_interactions.learner_id IS 'Learner.';
COMMENT ON COLUMN learning_interactions.section_id IS
'Section; NULL: an event of the course or of none, which counts in no section''s figures.';
COMMENT ON COLUMN learning_interactions.course_id IS
'Course of the section; without a section, course of the event, or NULL.';
COMMENT ON COLUMN learning_interactions.interaction_type IS 'Kind of interaction.';
COMMENT ON COLUMN learning_interactions.interaction_subtype IS
'Finer kind. Supplied by the application.';
COMMENT ON COLUMN learning_interactions.learning_objective IS
'Objective that the interaction supports, by its id.';
COMMENT ON COLUMN learning_interactions.bloom_taxonomy_level IS
'Cognitive level of the interaction.';
COMMENT ON COLUMN learning_interactions.difficulty_level IS 'Difficulty of what was done.';
COMMENT ON COLUMN learning_interactions.interaction_data IS 'Details of the event. (JSON object)';
COMMENT ON COLUMN learning_interactions.duration_seconds IS
'Time spent from timestamp on, in seconds; at most 4 hours of it count for a derived session.';
COMMENT ON COLUMN learning_interactions.outcome IS
'Outcome; the default lets a page view be logged without inventing one.';
COMMENT ON COLUMN learning_interactions.knowledge_demonstration IS
'Evidence of learning. (JSON array or object)';
COMMENT ON COLUMN learning_interactions.misconception_indicators IS
'Misunderstandings found. (JSON array or object)';
COMMENT ON COLUMN learning_interactions.learning_effectiveness IS
'Educational value of the interaction, 0 to 1. Supplied by the application.';
COMMENT ON COLUMN learning_interactions.personalization_data IS
'Data for personalising later interactions. (JSON array or object)';
COMMENT ON COLUMN learning_interactions.difficulty_adjustment IS
'Suggested change of difficulty. (JSON array or object)';
COMMENT ON COLUMN learning_interactions.device_type IS 'Kind of device.';
COMMENT ON COLUMN learning_interactions.session_id IS
'Session of the application that the event belongs to; NULL: derive_sessions may find one. No '
'foreign key: sessions may arrive later than their events.';
COMMENT ON COLUMN learning_interactions.learning_environment IS
'Physical or virtual context. (JSON array or object)';
COMMENT ON COLUMN learning_interactions.timestamp IS
'When it began: who logs at the end subtracts the duration. Further ahead than the partitions '
'reach is rejected, and an infinite time.';
COMMENT ON COLUMN learning_interactions.sectionless_course_id IS
'Course of an event without a section, for the foreign key; else NULL.';
