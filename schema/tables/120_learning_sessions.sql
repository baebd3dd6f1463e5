-- Study sessions: spans of time that a learner spends in a course.
-- Pages keep room for sessions that go on: fillfactor 90, see docs/performance.md.
CREATE TABLE learning_sessions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    session_start timestamptz NOT NULL DEFAULT now(),
    session_end timestamptz,
    duration_minutes integer,
    intended_goals jsonb,
    actual_accomplishments jsonb,
    focus_areas jsonb,
    engagement_level engagement_level DEFAULT 'medium',
    distraction_count integer NOT NULL DEFAULT 0,
    focus_score decimal(3, 2),
    productivity_score decimal(3, 2),
    concepts_learned jsonb,
    skills_practiced jsonb,
    knowledge_gaps_identified jsonb,
    sections_completed integer NOT NULL DEFAULT 0,
    interactions_completed integer NOT NULL DEFAULT 0,
    assessments_taken integer NOT NULL DEFAULT 0,
    progress_percentage_gain decimal(5, 2) NOT NULL DEFAULT 0.00,
    study_environment jsonb,
    study_materials_used jsonb,
    collaboration_occurred boolean NOT NULL DEFAULT FALSE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    derived boolean NOT NULL DEFAULT FALSE,
    supplied text[] NOT NULL DEFAULT '{}',
    derivations bigint NOT NULL DEFAULT 0,

    CONSTRAINT learning_sessions_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT learning_sessions_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT learning_sessions_duration_minutes_check CHECK (duration_minutes >= 0),
    CONSTRAINT learning_sessions_intended_goals_check
    CHECK (jsonb_typeof(intended_goals) IN ('array', 'object')),
    CONSTRAINT learning_sessions_actual_accomplishments_check
    CHECK (jsonb_typeof(actual_accomplishments) IN ('array', 'object')),
    CONSTRAINT learning_sessions_focus_areas_check
    CHECK (jsonb_typeof(focus_areas) IN ('array', 'object')),
    CONSTRAINT learning_sessions_distraction_count_check CHECK (distraction_count >= 0),
    CONSTRAINT learning_sessions_focus_score_check CHECK (focus_score BETWEEN 0 AND 1),
    CONSTRAINT learning_sessions_productivity_score_check
    CHECK (productivity_score BETWEEN 0 AND 1),
    CONSTRAINT learning_sessions_concepts_learned_check
    CHECK (jsonb_typeof(concepts_learned) IN ('array', 'object')),
    CONSTRAINT learning_sessions_skills_practiced_check
    CHECK (jsonb_typeof(skills_practiced) IN ('array', 'object')),
    CONSTRAINT learning_sessions_knowledge_gaps_identified_check
    CHECK (jsonb_typeof(knowledge_gaps_identified) IN ('array', 'object')),
    CONSTRAINT learning_sessions_sections_completed_check CHECK (sections_completed >= 0),
    CONSTRAINT learning_sessions_interactions_completed_check CHECK (interactions_completed >= 0),
    CONSTRAINT learning_sessions_assessments_taken_check CHECK (assessments_taken >= 0),
    CONSTRAINT learning_sessions_progress_percentage_gain_check
    CHECK (progress_percentage_gain BETWEEN 0 AND 100),
    CONSTRAINT learning_sessions_study_environment_check
    CHECK (jsonb_typeof(study_environment) IN ('array', 'object')),
    CONSTRAINT learning_sessions_study_materials_used_check
    CHECK (jsonb_typeof(study_materials_used) IN ('array', 'object')),
    CONSTRAINT learning_sessions_period_check CHECK (session_end >= session_start),
    -- derived ones are as long as learners go on
    CONSTRAINT learning_sessions_length_check
    CHECK (derived OR session_end <= session_start + interval '24 hours'),
    CONSTRAINT learning_sessions_supplied_check CHECK (
        supplied <@ ARRAY[
            'interactions_completed', 'assessments_taken', 'sections_completed',
            'progress_percentage_gain', 'engagement_level'
        ]
    ),
    -- A minute that has begun may be counted whole. A sum, because the difference of infinite times
    -- is an error without the name of a constraint.
    CONSTRAINT learning_sessions_duration_elapsed_check CHECK (
        duration_minutes IS NULL
        OR coalesce(
            session_end + interval '1 minute'
            > session_start + duration_minutes * interval '1 minute', FALSE
        )
    ),
    CONSTRAINT learning_sessions_finite_times_check CHECK (
        isfinite(session_start)
        AND isfinite(session_end)
        AND isfinite(created_at)
        AND isfinite(updated_at)
    )
) WITH (fillfactor = 90);

COMMENT ON TABLE learning_sessions IS
'A study session of a learner in a course: goals, quality and outcome.';
COMMENT ON COLUMN learning_sessions.id IS 'Identity.';
COMMENT ON COLUMN learning_sessions.learner_id IS 'Learner.';
COMMENT ON COLUMN learning_sessions.course_id IS 'Course.';
COMMENT ON COLUMN learning_sessions.session_start IS 'When the session started.';
COMMENT ON COLUMN learning_sessions.session_end IS
'When the session ended, unless derived at most 24 hours after it started; NULL: it goes on.';
COMMENT ON COLUMN learning_sessions.duration_minutes IS
'Length in minutes; filled by trigger from start and end when left out, never longer than these; '
'NULL while it goes on.';
COMMENT ON COLUMN learning_sessions.intended_goals IS
'What the learner planned. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.actual_accomplishments IS
'What was done. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.focus_areas IS
'Topics and sections studied. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.engagement_level IS
'Engagement; NULL: unknown. Of a derived session by its meaningful events: 0 low, 1 medium, 2 to 4 '
'high, 5 and more very_high. Of another the application''s: it counts in averages where supplied '
'names it, since the default is no observation.';
COMMENT ON COLUMN learning_sessions.distraction_count IS
'Number of distractions. Supplied by the application: no log of events tells attention.';
COMMENT ON COLUMN learning_sessions.focus_score IS
'Attention, 0 to 1. Supplied by the application: no log of events tells attention.';
COMMENT ON COLUMN learning_sessions.productivity_score IS
'Achievement relative to time, 0 to 1. Supplied by the application: what a log of events tells of '
'it is constant, or the reverse of what was achieved.';
COMMENT ON COLUMN learning_sessions.concepts_learned IS 'New concepts met. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.skills_practiced IS 'Skills practised. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.knowledge_gaps_identified IS
'Areas that need more work. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.sections_completed IS
'Sections completed in the session. Supplied by the application, unless derived.';
COMMENT ON COLUMN learning_sessions.interactions_completed IS
'Interactions of the session. Supplied by the application, unless derived.';
COMMENT ON COLUMN learning_sessions.assessments_taken IS
'Assessments submitted in the session. Supplied by the application, unless derived.';
COMMENT ON COLUMN learning_sessions.progress_percentage_gain IS
'Net progress of the session in points of percent, 0 to 100. Supplied by the application, unless '
'derived: then by the sections that the course has today.';
COMMENT ON COLUMN learning_sessions.study_environment IS
'Where and how the learner studied. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.study_materials_used IS
'Further materials used. (JSON array or object)';
COMMENT ON COLUMN learning_sessions.collaboration_occurred IS
'Whether the learner worked with others.';
COMMENT ON COLUMN learning_sessions.created_at IS 'When the row was made.';
COMMENT ON COLUMN learning_sessions.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN learning_sessions.derived IS
'Whether derive_sessions made it from events without a session. Then times and measures are kept '
'by derive_sessions; otherwise they are the application''s. Never changes.';
COMMENT ON COLUMN learning_sessions.supplied IS
'Which of interactions_completed, assessments_taken, sections_completed, progress_percentage_gain '
'and engagement_level the application supplies for a derived session, and whether engagement_level '
'of another one is an observation.';
COMMENT ON COLUMN learning_sessions.derivations IS
'Number of times that derive_sessions changed it.';
