-- Written from src/lms_schema/measures by make generate.
-- What the tables add up to for each course, over its enrolled learners, and the figures that
-- follow; see learner_summary.
CREATE TABLE course_summary (
    course_id uuid PRIMARY KEY,
    course_title varchar(255),
    difficulty_level difficulty_level,
    enrollments bigint NOT NULL DEFAULT 0,
    completed bigint NOT NULL DEFAULT 0,
    progress_sum bigint NOT NULL DEFAULT 0,
    time_sum bigint NOT NULL DEFAULT 0,
    engagement_sum bigint NOT NULL DEFAULT 0,
    engagement_count bigint NOT NULL DEFAULT 0,
    progress_rows bigint NOT NULL DEFAULT 0,
    comprehension_sum bigint NOT NULL DEFAULT 0,
    comprehension_count bigint NOT NULL DEFAULT 0,
    retention_sum bigint NOT NULL DEFAULT 0,
    retention_count bigint NOT NULL DEFAULT 0,
    application_sum bigint NOT NULL DEFAULT 0,
    application_count bigint NOT NULL DEFAULT 0,
    interactions_sum bigint NOT NULL DEFAULT 0,
    meaningful_sum bigint NOT NULL DEFAULT 0,
    attempts bigint NOT NULL DEFAULT 0,
    best_sum bigint NOT NULL DEFAULT 0,
    best_count bigint NOT NULL DEFAULT 0,
    average_progress numeric GENERATED ALWAYS AS (
        progress_sum::numeric / nullif(100 * enrollments, 0)
    ) STORED,
    average_time_spent_minutes numeric GENERATED ALWAYS AS (
        time_sum::numeric / nullif(enrollments, 0)
    ) STORED,
    average_engagement_score numeric GENERATED ALWAYS AS (
        engagement_sum::numeric / nullif(100 * engagement_count, 0)
    ) STORED,
    average_comprehension numeric GENERATED ALWAYS AS (
        comprehension_sum::numeric / nullif(100 * comprehension_count, 0)
    ) STORED,
    average_retention numeric GENERATED ALWAYS AS (
        retention_sum::numeric / nullif(100 * retention_count, 0)
    ) STORED,
    average_application numeric GENERATED ALWAYS AS (
        application_sum::numeric / nullif(100 * application_count, 0)
    ) STORED,
    average_interactions_per_section numeric GENERATED ALWAYS AS (
        interactions_sum::numeric / nullif(progress_rows, 0)
    ) STORED,
    average_meaningful_interactions numeric GENERATED ALWAYS AS (
        meaningful_sum::numeric / nullif(progress_rows, 0)
    ) STORED,
    average_assessment_score numeric GENERATED ALWAYS AS (
        best_sum::numeric / nullif(100 * best_count, 0)
    ) STORED,
    changed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

COMMENT ON TABLE course_summary IS
'Sums and figures of each course, over its enrolled learners, as of the last refresh; written '
'by refresh_learning_analytics and rebuild_learning_analytics alone.';
COMMENT ON COLUMN course_summary.course_id IS
'Course. No foreign key: what is queued of a deleted one is yet to be taken out.';
COMMENT ON COLUMN course_summary.course_title IS
'Copy of the title, as of the last refresh; NULL: there is no such course any more, or not yet.';
COMMENT ON COLUMN course_summary.difficulty_level IS
'Copy of the difficulty, as of the last refresh.';
COMMENT ON COLUMN course_summary.enrollments IS 'Number of enrollments.';
COMMENT ON COLUMN course_summary.completed IS 'Number of completed enrollments.';
COMMENT ON COLUMN course_summary.progress_sum IS
'Sum of overall_progress over enrollments, hundredths of a percent.';
COMMENT ON COLUMN course_summary.time_sum IS 'Sum of total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN course_summary.engagement_sum IS
'Sum of engagement_score over enrollments, hundredths.';
COMMENT ON COLUMN course_summary.engagement_count IS
'Number of enrollments with an engagement_score.';
COMMENT ON COLUMN course_summary.progress_rows IS 'Number of progress rows.';
COMMENT ON COLUMN course_summary.comprehension_sum IS
'Sum of comprehension_score over progress rows, hundredths.';
COMMENT ON COLUMN course_summary.comprehension_count IS
'Number of progress rows with a comprehension_score.';
COMMENT ON COLUMN course_summary.retention_sum IS
'Sum of retention_score over progress rows, hundredths.';
COMMENT ON COLUMN course_summary.retention_count IS
'Number of progress rows with a retention_score.';
COMMENT ON COLUMN course_summary.application_sum IS
'Sum of application_score over progress rows, hundredths.';
COMMENT ON COLUMN course_summary.application_count IS
'Number of progress rows with an application_score.';
COMMENT ON COLUMN course_summary.interactions_sum IS 'Sum of interaction_count over progress rows.';
COMMENT ON COLUMN course_summary.meaningful_sum IS
'Sum of meaningful_interactions over progress rows.';
COMMENT ON COLUMN course_summary.attempts IS 'Number of attempts of any status.';
COMMENT ON COLUMN course_summary.best_sum IS
'Sum of best graded percentage over assessments, hundredths of a percent.';
COMMENT ON COLUMN course_summary.best_count IS
'Number of assessments with a best graded percentage.';
COMMENT ON COLUMN course_summary.average_progress IS
'Mean overall_progress over enrollments, percent.';
COMMENT ON COLUMN course_summary.average_time_spent_minutes IS
'Mean total_time_spent over enrollments, minutes.';
COMMENT ON COLUMN course_summary.average_engagement_score IS
'Mean engagement_score over enrollments.';
COMMENT ON COLUMN course_summary.average_comprehension IS
'Mean comprehension_score over progress rows.';
COMMENT ON COLUMN course_summary.average_retention IS 'Mean retention_score over progress rows.';
COMMENT ON COLUMN course_summary.average_application IS
'Mean application_score over progress rows.';
COMMENT ON COLUMN course_summary.average_interactions_per_section IS
'Mean interaction_count over progress rows.';
COMMENT ON COLUMN course_summary.average_meaningful_interactions IS
'Mean meaningful_interactions over progress rows.';
COMMENT ON COLUMN course_summary.average_assessment_score IS
'Mean best graded percentage over assessments, percent.';
COMMENT ON COLUMN course_summary.changed_at IS
'Refresh at which a figure or a copied column last changed.';
