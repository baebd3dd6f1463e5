-- What section_progress counts of events that are gone: drop_expired_data adds up each partition
-- here before it drops it, so that a learner's counts and learning time outlive the events.
CREATE TABLE expired_interaction_totals (
    learner_id uuid NOT NULL,
    section_id uuid NOT NULL,
    course_id uuid NOT NULL,
    first_accessed timestamptz NOT NULL,
    last_accessed timestamptz NOT NULL,
    total_time_spent bigint NOT NULL,
    active_learning_time bigint NOT NULL,
    interaction_count bigint NOT NULL,
    meaningful_interactions bigint NOT NULL,
    help_requests bigint NOT NULL,
    comprehension_n bigint NOT NULL DEFAULT 0,
    comprehension_sum bigint NOT NULL DEFAULT 0,
    application_n bigint NOT NULL DEFAULT 0,
    application_sum bigint NOT NULL DEFAULT 0,
    retention_n bigint NOT NULL DEFAULT 0,
    retention_sum bigint NOT NULL DEFAULT 0,
    last_tested timestamptz,
    was_successful boolean NOT NULL DEFAULT FALSE,

    CONSTRAINT expired_interaction_totals_pkey PRIMARY KEY (learner_id, section_id),
    CONSTRAINT expired_interaction_totals_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT expired_interaction_totals_section_id_course_id_fkey FOREIGN KEY (
        section_id, course_id
    ) REFERENCES learning_sections (id, course_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT expired_interaction_totals_period_check CHECK (last_accessed >= first_accessed),
    CONSTRAINT expired_interaction_totals_time_check
    CHECK (active_learning_time BETWEEN 0 AND total_time_spent),
    CONSTRAINT expired_interaction_totals_count_check CHECK (
        meaningful_interactions >= 0
        AND help_requests >= 0
        AND meaningful_interactions + help_requests <= interaction_count
        AND interaction_count > 0
    ),
    CONSTRAINT expired_interaction_totals_evidence_check CHECK (
        comprehension_sum BETWEEN 0 AND 10000 * comprehension_n
        AND retention_sum BETWEEN 0 AND 10000 * retention_n
        AND application_sum BETWEEN 0 AND 10000 * application_n
    )
);

COMMENT ON TABLE expired_interaction_totals IS
'Totals of a learner''s dropped events in a section; written by drop_expired_data alone. '
'rebuild_section_progress and check_derived_columns add them to the events that are left.';
COMMENT ON COLUMN expired_interaction_totals.learner_id IS 'Learner.';
COMMENT ON COLUMN expired_interaction_totals.section_id IS 'Section.';
COMMENT ON COLUMN expired_interaction_totals.course_id IS 'Course of the section.';
COMMENT ON COLUMN expired_interaction_totals.first_accessed IS 'Time of the first dropped event.';
COMMENT ON COLUMN expired_interaction_totals.last_accessed IS 'Time of the last dropped event.';
COMMENT ON COLUMN expired_interaction_totals.total_time_spent IS
'Time of the dropped events in seconds.';
COMMENT ON COLUMN expired_interaction_totals.active_learning_time IS
'Time of the meaningful ones in seconds.';
COMMENT ON COLUMN expired_interaction_totals.interaction_count IS 'Number of dropped events.';
COMMENT ON COLUMN expired_interaction_totals.meaningful_interactions IS
'Number of knowledge checks, practice, reflection and discussion among them.';
COMMENT ON COLUMN expired_interaction_totals.help_requests IS
'Number of help requests among them.';
COMMENT ON COLUMN expired_interaction_totals.comprehension_n IS
'Number of knowledge checks among them that are evidence.';
COMMENT ON COLUMN expired_interaction_totals.comprehension_sum IS
'Sum of that evidence, in ten-thousandths.';
COMMENT ON COLUMN expired_interaction_totals.application_n IS
'Number of practice activities among them that are evidence.';
COMMENT ON COLUMN expired_interaction_totals.application_sum IS
'Sum of that evidence, in ten-thousandths.';
COMMENT ON COLUMN expired_interaction_totals.retention_n IS
'Number of delayed knowledge checks, until last_tested, that are evidence.';
COMMENT ON COLUMN expired_interaction_totals.retention_sum IS
'Sum of that evidence, in ten-thousandths.';
COMMENT ON COLUMN expired_interaction_totals.last_tested IS
'Time of the last knowledge check or practice activity that retention was settled for; an earlier '
'event counts in no retention any more. NULL: none.';
COMMENT ON COLUMN expired_interaction_totals.was_successful IS
'Whether a knowledge check or practice activity was successful until last_tested.';
