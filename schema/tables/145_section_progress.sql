-- How far a learner is in a section. One composite foreign key keeps section and course together:
-- it costs less than the two single ones that it replaces, and takes progress along when a section
-- moves. Changes of the percentage are kept in section_progress_history by trigger.
-- Made after events and attempts: a section that goes or moves takes rows along in the order in
-- which their foreign keys were made. So events and attempts are changed, and locked, before the
-- progress that counts them.
-- Each statement reads every CHECK of its table anew, and this is written by each event: they are
-- short, and their constants of the columns' types, because a conversion costs as much again.
-- section_progress_evidence_check is raised by keep_section_scores, for what changes evidence.
CREATE TABLE section_progress (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id uuid NOT NULL,
    section_id uuid NOT NULL,
    course_id uuid NOT NULL,
    status progress_status NOT NULL DEFAULT 'not_started',
    completion_percentage decimal(5, 2) NOT NULL DEFAULT 0.00,
    first_accessed timestamptz,
    last_accessed timestamptz,
    total_time_spent integer NOT NULL DEFAULT 0,
    active_learning_time integer NOT NULL DEFAULT 0,
    interaction_count integer NOT NULL DEFAULT 0,
    meaningful_interactions integer NOT NULL DEFAULT 0,
    help_requests integer NOT NULL DEFAULT 0,
    comprehension_score decimal(3, 2),
    retention_score decimal(3, 2),
    application_score decimal(3, 2),
    completion_criteria_met jsonb NOT NULL DEFAULT '{}'::jsonb,
    completion_timestamp timestamptz,
    validation_method validation_method DEFAULT 'interaction_based',
    learning_pattern jsonb,
    struggle_indicators jsonb,
    mastery_indicators jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    comprehension_n integer NOT NULL DEFAULT 0,
    retention_n integer NOT NULL DEFAULT 0,
    application_n integer NOT NULL DEFAULT 0,
    comprehension_sum bigint NOT NULL DEFAULT 0,
    retention_sum bigint NOT NULL DEFAULT 0,
    application_sum bigint NOT NULL DEFAULT 0,
    measures_version bigint NOT NULL DEFAULT 0,
    supplied text[] NOT NULL DEFAULT '{}',

    CONSTRAINT section_progress_learner_id_section_id_key UNIQUE (learner_id, section_id),
    CONSTRAINT section_progress_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT section_progress_section_id_course_id_fkey FOREIGN KEY (section_id, course_id)
    REFERENCES learning_sections (id, course_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT section_progress_completion_percentage_check
    CHECK (completion_percentage BETWEEN 0.0 AND 100.0),
    CONSTRAINT section_progress_total_time_spent_check
    CHECK (total_time_spent >= active_learning_time),
    CONSTRAINT section_progress_active_learning_time_check CHECK (active_learning_time >= 0),
    CONSTRAINT section_progress_interaction_count_check
    CHECK (interaction_count >= greatest(meaningful_interactions, help_requests)),
    CONSTRAINT section_progress_meaningful_interactions_check CHECK (meaningful_interactions >= 0),
    CONSTRAINT section_progress_help_requests_check CHECK (help_requests >= 0),
    CONSTRAINT section_progress_comprehension_score_check
    CHECK (comprehension_score BETWEEN 0.0 AND 1.0),
    CONSTRAINT section_progress_retention_score_check CHECK (retention_score BETWEEN 0.0 AND 1.0),
    CONSTRAINT section_progress_application_score_check
    CHECK (application_score BETWEEN 0.0 AND 1.0),
    CONSTRAINT section_progress_supplied_check CHECK (
        supplied <@ '{comprehension_score, retention_score, application_score}'::text[]
    ),
    CONSTRAINT section_progress_completion_criteria_met_check
    CHECK (jsonb_typeof(completion_criteria_met) = 'object'),
    CONSTRAINT section_progress_learning_pattern_check
    CHECK (jsonb_typeof(learning_pattern) ~ 'array|object'),
    CONSTRAINT section_progress_struggle_indicators_check
    CHECK (jsonb_typeof(struggle_indicators) ~ 'array|object'),
    CONSTRAINT section_progress_mastery_indicators_check
    CHECK (jsonb_typeof(mastery_indicators) ~ 'array|object'),
    CONSTRAINT section_progress_completion_check
    CHECK ((status >= 'completed') = (completion_timestamp IS NOT NULL)),
    CONSTRAINT section_progress_status_percentage_check CHECK (
        CASE
            WHEN completion_percentage > 0.0 THEN status <> 'not_started'
            -- not finished, by section_progress_completion_check
            ELSE completion_timestamp IS NULL
        END
    ),
    CONSTRAINT section_progress_period_check CHECK (last_accessed >= first_accessed),
    CONSTRAINT section_progress_finite_times_check CHECK (
        isfinite(first_accessed)
        AND isfinite(last_accessed)
        AND isfinite(completion_timestamp)
        AND isfinite(created_at)
        AND isfinite(updated_at)
    )
);

COMMENT ON TABLE section_progress IS
'Progress of a learner in a section. One row per learner and section.';
COMMENT ON COLUMN section_progress.id IS 'Identity.';
COMMENT ON COLUMN section_progress.learner_id IS 'Learner.';
COMMENT ON COLUMN section_progress.section_id IS 'Section.';
COMMENT ON COLUMN section_progress.course_id IS 'Course of the section.';
COMMENT ON COLUMN section_progress.status IS
'Where the learner stands; not_started only at 0 percent, completed and mastered only above. '
'Supplied by the application; completed by trigger when completion_criteria of the section are '
'met.';
COMMENT ON COLUMN section_progress.completion_percentage IS
'Share of the section done in percent, 0 to 100. Supplied by the application; 100 when '
'completion_criteria of the section are met.';
COMMENT ON COLUMN section_progress.first_accessed IS
'First interaction with the section. Kept by record_interaction and rebuild_section_progress.';
COMMENT ON COLUMN section_progress.last_accessed IS
'Last interaction with the section. Kept by record_interaction and rebuild_section_progress.';
COMMENT ON COLUMN section_progress.total_time_spent IS
'Time of all interactions in seconds. Kept by record_interaction and rebuild_section_progress.';
COMMENT ON COLUMN section_progress.active_learning_time IS
'Time of meaningful interactions in seconds. Kept by record_interaction and '
'rebuild_section_progress.';
COMMENT ON COLUMN section_progress.interaction_count IS
'Number of interactions. Kept by record_interaction and rebuild_section_progress.';
COMMENT ON COLUMN section_progress.meaningful_interactions IS
'Number of knowledge checks, practice, reflection and discussion. Kept by record_interaction and'
' rebuild_section_progress.';
COMMENT ON COLUMN section_progress.help_requests IS
'Number of help requests. Kept by record_interaction and rebuild_section_progress.';
COMMENT ON COLUMN section_progress.comprehension_score IS
'Measured understanding, 0 to 1: the mean of comprehension_n pieces of evidence, knowledge checks '
'and graded attempts at assessments of multiple choice, short answers or essay; NULL without any. '
'Kept by trigger, unless supplied names it.';
COMMENT ON COLUMN section_progress.retention_score IS
'Measured retention, 0 to 1: the mean of retention_n pieces of evidence, knowledge checks at least '
'7 days after the learner''s previous one or practice in the section, once one was successful '
'before; NULL without any. Kept by refresh_learning_analytics, unless supplied names it.';
COMMENT ON COLUMN section_progress.application_score IS
'Measured ability to apply, 0 to 1: the mean of application_n pieces of evidence, practice and '
'graded attempts at projects, presentations and simulations; NULL without any. Kept by trigger, '
'unless supplied names it.';
COMMENT ON COLUMN section_progress.completion_criteria_met IS
'Of each criterion of the section: {"value": number, "limit": number, "met": boolean}, as of the '
'last change of the row before it was completed; kept by trigger. Supplied by the application '
'where the section has no criteria. (JSON object)';
COMMENT ON COLUMN section_progress.completion_timestamp IS
'When the section was completed: given exactly when status is completed or mastered; filled by '
'trigger when left out, and cleared when these are left.';
COMMENT ON COLUMN section_progress.validation_method IS
'How completion is validated; adaptive: whoever completes it need not meet completion_criteria. '
'Supplied by the application.';
COMMENT ON COLUMN section_progress.learning_pattern IS
'Pattern of learning behaviour. Supplied by the application, whose model says what a pattern is. '
'(JSON array or object)';
COMMENT ON COLUMN section_progress.struggle_indicators IS
'Where the learner had difficulty. Supplied by the application, whose content says what is '
'difficult; what is measured of it are the scores. (JSON array or object)';
COMMENT ON COLUMN section_progress.mastery_indicators IS
'Evidence of mastery. Supplied by the application, as far as it tells more than the scores and '
'objective_mastery. (JSON array or object)';
COMMENT ON COLUMN section_progress.created_at IS 'When the row was made.';
COMMENT ON COLUMN section_progress.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN section_progress.comprehension_n IS
'Number of pieces of evidence in comprehension_score.';
COMMENT ON COLUMN section_progress.retention_n IS
'Number of pieces of evidence in retention_score.';
COMMENT ON COLUMN section_progress.application_n IS
'Number of pieces of evidence in application_score.';
COMMENT ON COLUMN section_progress.comprehension_sum IS
'Sum of the evidence in comprehension_score, in ten-thousandths.';
COMMENT ON COLUMN section_progress.retention_sum IS
'Sum of the evidence in retention_score, in ten-thousandths.';
COMMENT ON COLUMN section_progress.application_sum IS
'Sum of the evidence in application_score, in ten-thousandths.';
COMMENT ON COLUMN section_progress.measures_version IS
'Number of times that evidence was counted. Sums and numbers of evidence change only together with '
'the next one, so that an application that saves a whole row loses no evidence.';
COMMENT ON COLUMN section_progress.supplied IS
'Which of comprehension_score, retention_score and application_score the application supplies; the '
'others are kept.';
