-- Who takes which course. That learner and course are of one institution is checked by the
-- constraint triggers in triggers/. The sums at the end are what the derived columns are made of:
-- all of it is in the row, so that who waited for it adds to what the other one wrote. Each event
-- writes it: its CHECKs are as short as those of section_progress.
CREATE TABLE course_enrollments (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    learner_id uuid NOT NULL,
    course_id uuid NOT NULL,
    enrollment_date timestamptz NOT NULL DEFAULT now(),
    enrollment_type enrollment_type NOT NULL DEFAULT 'self_enrolled',
    academic_term varchar(50),
    personal_learning_goals jsonb NOT NULL DEFAULT '[]'::jsonb,
    expected_completion_date date,
    study_schedule jsonb,
    overall_progress decimal(5, 2) NOT NULL DEFAULT 0.00,
    last_accessed timestamptz,
    total_time_spent integer NOT NULL DEFAULT 0,
    current_grade decimal(5, 2),
    completion_status enrollment_status NOT NULL DEFAULT 'enrolled',
    completion_date timestamptz,
    final_grade decimal(5, 2),
    engagement_score decimal(3, 2),
    learning_velocity decimal(5, 2),
    understanding_assessment jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    section_count integer,
    progress_sum bigint NOT NULL DEFAULT 0,
    seconds_sum bigint NOT NULL DEFAULT 0,
    measures_version bigint NOT NULL DEFAULT 0,

    CONSTRAINT course_enrollments_learner_id_course_id_key UNIQUE (learner_id, course_id),
    CONSTRAINT course_enrollments_learner_id_fkey FOREIGN KEY (learner_id)
    REFERENCES learners (id) ON DELETE CASCADE,
    CONSTRAINT course_enrollments_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT course_enrollments_personal_learning_goals_check
    CHECK (jsonb_typeof(personal_learning_goals) = 'array'),
    CONSTRAINT course_enrollments_study_schedule_check
    CHECK (jsonb_typeof(study_schedule) ~ 'array|object'),
    CONSTRAINT course_enrollments_overall_progress_check
    CHECK (overall_progress BETWEEN 0.0 AND 100.0),
    CONSTRAINT course_enrollments_total_time_spent_check CHECK (total_time_spent >= 0),
    CONSTRAINT course_enrollments_current_grade_check CHECK (current_grade < 'NaN'),
    CONSTRAINT course_enrollments_final_grade_check CHECK (final_grade < 'NaN'),
    CONSTRAINT course_enrollments_engagement_score_check
    CHECK (engagement_score BETWEEN 0.0 AND 1.0),
    CONSTRAINT course_enrollments_learning_velocity_check
    CHECK (learning_velocity >= 0.0 AND learning_velocity < 'NaN'),
    CONSTRAINT course_enrollments_understanding_assessment_check
    CHECK (jsonb_typeof(understanding_assessment) ~ 'array|object'),
    CONSTRAINT course_enrollments_completion_check
    CHECK ((completion_status = 'completed') = (completion_date IS NOT NULL)),
    CONSTRAINT course_enrollments_finite_times_check CHECK (
        isfinite(enrollment_date)
        AND isfinite(expected_completion_date)
        AND isfinite(last_accessed)
        AND isfinite(completion_date)
        AND isfinite(created_at)
        AND isfinite(updated_at)
    )
);

COMMENT ON TABLE course_enrollments IS
'A learner in a course: goals, progress and outcome. One row per learner and course.';
COMMENT ON COLUMN course_enrollments.id IS 'Identity.';
COMMENT ON COLUMN course_enrollments.learner_id IS 'Learner.';
COMMENT ON COLUMN course_enrollments.course_id IS
'Course, of the learner''s institution where both have one.';
COMMENT ON COLUMN course_enrollments.enrollment_date IS 'When the learner enrolled.';
COMMENT ON COLUMN course_enrollments.enrollment_type IS 'How the enrollment came about.';
COMMENT ON COLUMN course_enrollments.academic_term IS 'Term, such as Fall 2024.';
COMMENT ON COLUMN course_enrollments.personal_learning_goals IS
'Goals that the learner set. (JSON array)';
COMMENT ON COLUMN course_enrollments.expected_completion_date IS
'Day by which the learner means to be done.';
COMMENT ON COLUMN course_enrollments.study_schedule IS
'Preferred study times and frequency. (JSON array or object)';
COMMENT ON COLUMN course_enrollments.overall_progress IS
'Mean completion_percentage over all sections of the course, 0 to 100; kept by triggers, as '
'derive_enrollment_progress says.';
COMMENT ON COLUMN course_enrollments.last_accessed IS
'Latest access to a section of the course; kept by triggers, as derive_enrollment_progress says.';
COMMENT ON COLUMN course_enrollments.total_time_spent IS
'Time spent in the sections of the course in minutes; kept by triggers, as '
'derive_enrollment_progress says.';
COMMENT ON COLUMN course_enrollments.current_grade IS
'Weighted mean of the best percentages so far; above 100 by bonus points, below 0 by negative '
'marks; kept by triggers, as derive_current_grades says.';
COMMENT ON COLUMN course_enrollments.completion_status IS
'Where the learner stands. Supplied by the application; enrolled becomes in_progress with the '
'first event in the course, progress or attempt, and completed as completion_rule of the course '
'says. What is withdrawn, failed or completed is left alone.';
COMMENT ON COLUMN course_enrollments.completion_date IS
'When the course was completed: given exactly when completion_status is completed; filled by '
'trigger when left out, and cleared when the state is left.';
COMMENT ON COLUMN course_enrollments.final_grade IS
'Final grade in percent; may be above 100 or below 0. Supplied by the application.';
COMMENT ON COLUMN course_enrollments.engagement_score IS
'Activity in the last 30 days relative to the course''s learners, 0 to 1, as of metrics_as_of of '
'the course; kept by recalculate_course_metrics.';
COMMENT ON COLUMN course_enrollments.learning_velocity IS
'Own 30-day progress / median of active peers, as of metrics_as_of of the course; 1: as fast as '
'the median; NULL where undefined; kept by recalculate_course_metrics.';
COMMENT ON COLUMN course_enrollments.understanding_assessment IS
'Measured comprehension levels. Supplied by the application. (JSON array or object)';
COMMENT ON COLUMN course_enrollments.created_at IS 'When the row was made.';
COMMENT ON COLUMN course_enrollments.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN course_enrollments.section_count IS
'Number of sections of the course; NULL: not asked for, since nothing changed since the learner '
'enrolled; kept by triggers.';
COMMENT ON COLUMN course_enrollments.progress_sum IS
'Sum of completion_percentage over the sections of the course, hundredths of a percent; kept by '
'triggers. Setting it to NULL has all derived columns of the row counted anew.';
COMMENT ON COLUMN course_enrollments.seconds_sum IS
'Time spent in the sections of the course in seconds; kept by triggers.';
COMMENT ON COLUMN course_enrollments.measures_version IS
'Counts how often a trigger wrote derived columns of the row, from new_enrollment_version() on: '
'that it is written, also where no value changes, is what tells a REPEATABLE READ transaction.';
