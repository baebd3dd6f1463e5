-- Written from src/lms_schema/measures by make generate.
-- What the tables add up to for each learner, and the figures that follow: each refresh adds what
-- is queued, and learner_progress_analytics reads nothing else. Sums are integers, so that nothing
-- drifts; figures are generated, so that each is defined once. Half of the rows change at a refresh
-- of a busy site: fillfactor leaves their new versions room on the page, and the key, the only
-- index, does not change.
CREATE TABLE learner_summary (
    learner_id uuid PRIMARY KEY,
    changed_at timestamptz NOT NULL DEFAULT now(),
    learning_style learning_style,
    academic_level academic_level,
    preferred_difficulty difficulty_level,
    enrollments bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    time_sum bigint NOT NULL DEFAULT 0,
    attempts bigint NOT NULL DEFAULT 0,
    sessions bigint NOT NULL DEFAULT 0,
    average_course_progress numeric GENERATED ALWAYS AS (
        progress_sum::numeric / nullif(100 * enrollments, 0)
    ) STORED,
    overall_comprehension numeric GENERATED ALWAYS AS (
        comprehension_sum::numeric / nullif(100 * comprehension_count, 0)
    ) STORED,
    overall_retention numeric GENERATED ALWAYS AS (
        retention_sum::numeric / nullif(100 * retention_count, 0)
    ) STORED,
    overall_application numeric GENERATED ALWAYS AS (
        application_sum::numeric / nullif(100 * application_count, 0)
    ) STORED,
    average_assessment_performance numeric GENERATED ALWAYS AS (
        best_sum::numeric / nullif(100 * best_count, 0)
    ) STORED,
    average_session_duration numeric GENERATED ALWAYS AS (
        duration_sum::numeric / nullif(duration_count, 0)
    ) STORED,
    average_engagement_level numeric GENERATED ALWAYS AS (
        level_sum::numeric / nullif(level_count, 0)
    ) STORED,
    average_focus_score numeric GENERATED ALWAYS AS (
        focus_sum::numeric / nullif(100 * focus_count, 0)
    ) STORED,
    average_productivity_score numeric GENERATED ALWAYS AS (
        productivity_sum::numeric / nullif(100 * productivity_count, 0)
    ) STORED,
    interaction_learning_effectiveness numeric GENERATED ALWAYS AS (
        effectiveness_sum::numeric / nullif(100 * effectiveness_count, 0)
    ) STORED,
    preferred_interaction_type interaction_type GENERATED ALWAYS AS (
        CASE greatest(
            content_view, knowledge_check, practice_activity, reflection, discussion, help_request,
            navigation
        )
            WHEN 0 THEN NULL
            WHEN content_view THEN 'content_view'::interaction_type
            WHEN knowledge_check THEN 'knowledge_check'::interaction_type
            WHEN practice_activity THEN 'practice_activity'::interaction_type
            WHEN reflection THEN 'reflection'::interaction_type
            WHEN discussion THEN 'discussion'::interaction_type
            WHEN help_request THEN 'help_request'::interaction_type
            WHEN navigation THEN 'navigation'::interaction_type
        END
    ) STORED,
    progress_sum bigint NOT NULL DEFAULT 0,
    progress_rows bigint NOT NULL DEFAULT 0,
    comprehension_sum bigint NOT NULL DEFAULT 0,
    comprehension_count bigint NOT NULL DEFAULT 0,
    retention_sum bigint NOT NULL DEFAULT 0,
    retention_count bigint NOT NULL DEFAULT 0,
    application_sum bigint NOT NULL DEFAULT 0,
    application_count bigint NOT NULL DEFAULT 0,
    best_sum bigint NOT NULL DEFAULT 0,
    best_count bigint NOT NULL DEFAULT 0,
    duration_sum bigint NOT NULL DEFAULT 0,
    duration_count bigint NOT NULL DEFAULT 0,
    level_sum bigint NOT NULL DEFAULT 0,
    level_count bigint NOT NULL DEFAULT 0,
    focus_sum bigint NOT NULL DEFAULT 0,
    focus_count bigint NOT NULL DEFAULT 0,
    productivity_sum bigint NOT NULL DEFAULT 0,
    productivity_count bigint NOT NULL DEFAULT 0,
    effectiveness_sum bigint NOT NULL DEFAULT 0,
    effectiveness_count bigint NOT NULL DEFAULT 0,
    content_view bigint NOT NULL DEFAULT 0,
    knowledge_check bigint NOT NULL DEFAULT 0,
    practice_activity bigint NOT NULL DEFAULT 0,
    reflection bigint NOT NULL DEFAULT 0,
    discussion bigint NOT NULL DEFAULT 0,
    help_request bigint NOT NULL DEFAULT 0,
    navigation bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

COMMENT ON TABLE learner_summary IS
'Sums and figures of each learner as of the last refresh; written by refresh_learning_analytics '
'and rebuild_learning_analytics alone.';
COMMENT ON COLUMN learner_summary.learner_id IS
'Learner. No foreign key: what is queued of a deleted one is yet to be taken out.';
COMMENT ON COLUMN learner_summary.changed_at IS
'Refresh at which a figure or a copied column last changed.';
COMMENT ON COLUMN learner_summary.learning_style IS
'Copy of the learner''s, as of the last refresh.';
COMMENT ON COLUMN learner_summary.academic_level IS
'Copy of the learner''s, as of the last refresh; NULL: there is no such learner any more, or '
'not yet.';
COMMENT ON COLUMN learner_summary.preferred_difficulty IS
'Copy of the learner''s, as of the last refresh.';
COMMENT ON COLUMN learner_summary.enrollments IS 'Number of enrollments.';
COMMENT ON COLUMN learner_summary.completed IS 'Number of completed enrollments.';
COMMENT ON COLUMN learner_summary.progress_sum IS
'Sum of overall_progress over enrollments, hundredths of a percent.';
COMMENT ON COLUMN learner_summary.time_sum IS 'Sum of total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN learner_summary.progress_rows IS 'Number of progress rows.';
COMMENT ON COLUMN learner_summary.comprehension_sum IS
'Sum of comprehension_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_summary.comprehension_count IS
'Number of progress rows with a comprehension_score.';
COMMENT ON COLUMN learner_summary.retention_sum IS
'Sum of retention_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_summary.retention_count IS
'Number of progress rows with a retention_score.';
COMMENT ON COLUMN learner_summary.application_sum IS
'Sum of application_score over progress rows, hundredths.';
COMMENT ON COLUMN learner_summary.application_count IS
'Number of progress rows with an application_score.';
COMMENT ON COLUMN learner_summary.attempts IS 'Number of attempts of any status.';
COMMENT ON COLUMN learner_summary.best_sum IS
'Sum of best graded percentage over assessments, hundredths of a percent.';
COMMENT ON COLUMN learner_summary.best_count IS
'Number of assessments with a best graded percentage.';
COMMENT ON COLUMN learner_summary.sessions IS 'Number of sessions.';
COMMENT ON COLUMN learner_summary.duration_sum IS 'Sum of duration_minutes over sessions, minutes.';
COMMENT ON COLUMN learner_summary.duration_count IS 'Number of sessions with a duration_minutes.';
COMMENT ON COLUMN learner_summary.level_sum IS
'Sum of engagement_level over sessions that are derived or name it in supplied, low 1 to very_high '
'4.';
COMMENT ON COLUMN learner_summary.level_count IS
'Number of sessions that are derived or name it in supplied with an engagement_level.';
COMMENT ON COLUMN learner_summary.focus_sum IS 'Sum of focus_score over sessions, hundredths.';
COMMENT ON COLUMN learner_summary.focus_count IS 'Number of sessions with a focus_score.';
COMMENT ON COLUMN learner_summary.productivity_sum IS
'Sum of productivity_score over sessions, hundredths.';
COMMENT ON COLUMN learner_summary.productivity_count IS
'Number of sessions with a productivity_score.';
COMMENT ON COLUMN learner_summary.effectiveness_sum IS
'Sum of learning_effectiveness over interactions, hundredths.';
COMMENT ON COLUMN learner_summary.effectiveness_count IS
'Number of interactions with a learning_effectiveness.';
COMMENT ON COLUMN learner_summary.average_course_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN learner_summary.overall_comprehension IS
'Mean comprehension_score over progress rows.';
COMMENT ON COLUMN learner_summary.overall_retention IS 'Mean retention_score over progress rows.';
COMMENT ON COLUMN learner_summary.overall_application IS
'Mean application_score over progress rows.';
COMMENT ON COLUMN learner_summary.average_assessment_performance IS
'Mean best graded percentage over assessments, percent.';
COMMENT ON COLUMN learner_summary.average_session_duration IS
'Mean duration_minutes over sessions, minutes.';
COMMENT ON COLUMN learner_summary.average_engagement_level IS
'Mean engagement_level over sessions that are derived or name it in supplied, low 1 to very_high '
'4.';
COMMENT ON COLUMN learner_summary.average_focus_score IS 'Mean focus_score over sessions.';
COMMENT ON COLUMN learner_summary.average_productivity_score IS
'Mean productivity_score over sessions.';
COMMENT ON COLUMN learner_summary.interaction_learning_effectiveness IS
'Mean learning_effectiveness over interactions.';
COMMENT ON COLUMN learner_summary.content_view IS 'Number of interactions of type content_view.';
COMMENT ON COLUMN learner_summary.knowledge_check IS
'Number of interactions of type knowledge_check.';
COMMENT ON COLUMN learner_summary.practice_activity IS
'Number of interactions of type practice_activity.';
COMMENT ON COLUMN learner_summary.reflection IS 'Number of interactions of type reflection.';
COMMENT ON COLUMN learner_summary.discussion IS 'Number of interactions of type discussion.';
COMMENT ON COLUMN learner_summary.help_request IS 'Number of interactions of type help_request.';
COMMENT ON COLUMN learner_summary.navigation IS 'Number of interactions of type navigation.';
COMMENT ON COLUMN learner_summary.preferred_interaction_type IS
'Most frequent type; of equals the first label.';
