-- Courses. Modules, sections and assessments hang on them. Why the type of academic_credits has no
-- scale is said in 130_educational_assessments.sql.
CREATE TABLE educational_courses (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    institution_id uuid,
    title varchar(255) NOT NULL,
    description text,
    course_code varchar(50),
    learning_objectives jsonb NOT NULL,
    difficulty_level difficulty_level NOT NULL,
    academic_credits numeric,
    estimated_duration_hours integer,
    learning_theory_foundation jsonb,
    assessment_strategy jsonb,
    prerequisite_knowledge jsonb,
    content_format content_format DEFAULT 'mixed',
    delivery_method delivery_method DEFAULT 'asynchronous',
    ai_generated boolean NOT NULL DEFAULT FALSE,
    ai_generation_metadata jsonb,
    content_quality_score decimal(3, 2),
    status course_status NOT NULL DEFAULT 'draft',
    published_at timestamptz,
    academic_term varchar(50),
    enrollment_count integer NOT NULL DEFAULT 0,
    completion_rate decimal(5, 2),
    average_rating decimal(3, 2),
    learning_effectiveness_score decimal(3, 2),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    metrics_as_of timestamptz,
    rating_count integer NOT NULL DEFAULT 0,
    rating_sum bigint NOT NULL DEFAULT 0,
    ratings_version bigint NOT NULL DEFAULT 0,
    completion_rule text,
    derive_sessions boolean,

    CONSTRAINT educational_courses_institution_id_fkey FOREIGN KEY (institution_id)
    REFERENCES educational_institutions (id),
    CONSTRAINT educational_courses_title_check CHECK (
        title
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT educational_courses_learning_objectives_check
    CHECK (jsonb_typeof(learning_objectives) = 'array'),
    CONSTRAINT educational_courses_learning_objectives_elements_check CHECK (
        NOT jsonb_path_exists(
            learning_objectives,
            'strict $[*] ? (
                @.type() != "string"
                && (@.id.type() != "string" || (@.id.type() == "string") is unknown)
            )'
        )
    ),
    CONSTRAINT educational_courses_academic_credits_check
    CHECK (academic_credits BETWEEN 0 AND 999.99),
    CONSTRAINT educational_courses_academic_credits_decimals_check
    CHECK (min_scale(academic_credits) <= 2),
    CONSTRAINT educational_courses_estimated_duration_hours_check
    CHECK (estimated_duration_hours >= 0),
    CONSTRAINT educational_courses_learning_theory_foundation_check
    CHECK (jsonb_typeof(learning_theory_foundation) IN ('array', 'object')),
    CONSTRAINT educational_courses_assessment_strategy_check
    CHECK (jsonb_typeof(assessment_strategy) IN ('array', 'object')),
    CONSTRAINT educational_courses_prerequisite_knowledge_check
    CHECK (jsonb_typeof(prerequisite_knowledge) IN ('array', 'object')),
    CONSTRAINT educational_courses_ai_generation_metadata_check
    CHECK (jsonb_typeof(ai_generation_metadata) = 'object'),
    CONSTRAINT educational_courses_content_quality_score_check
    CHECK (content_quality_score BETWEEN 0 AND 1),
    CONSTRAINT educational_courses_completion_rule_check
    CHECK (completion_rule IN ('none', 'modules')),
    CONSTRAINT educational_courses_enrollment_count_check CHECK (enrollment_count >= 0),
    CONSTRAINT educational_courses_completion_rate_check CHECK (completion_rate BETWEEN 0 AND 100),
    CONSTRAINT educational_courses_average_rating_check CHECK (average_rating BETWEEN 0 AND 5),
    CONSTRAINT educational_courses_learning_effectiveness_score_check
    CHECK (learning_effectiveness_score <= 1),
    CONSTRAINT educational_courses_finite_times_check CHECK (
        isfinite(published_at)
        AND isfinite(created_at)
        AND isfinite(updated_at)
        AND isfinite(metrics_as_of)
    )
);

COMMENT ON TABLE educational_courses IS
'A course: what it teaches, how, in which term, and how well that works.';
COMMENT ON COLUMN educational_courses.id IS 'Identity.';
COMMENT ON COLUMN educational_courses.institution_id IS
'Institution that offers the course; NULL: open to learners of every institution.';
COMMENT ON COLUMN educational_courses.title IS 'Title as shown to people.';
COMMENT ON COLUMN educational_courses.description IS 'Description as shown to people.';
COMMENT ON COLUMN educational_courses.course_code IS
'Academic course code, such as CS101; not unique: a course runs again each term.';
COMMENT ON COLUMN educational_courses.learning_objectives IS
'Specific learning outcomes, each a text or {"id": text, "title": text}; questions and sections '
'name the text or the id. (JSON array)';
COMMENT ON COLUMN educational_courses.difficulty_level IS 'Difficulty that the course is made for.';
COMMENT ON COLUMN educational_courses.academic_credits IS
'Credit hours, 0 to 999.99; at most 2 decimals.';
COMMENT ON COLUMN educational_courses.estimated_duration_hours IS
'Estimated learning time in hours.';
COMMENT ON COLUMN educational_courses.learning_theory_foundation IS
'Theories that the course builds on, such as constructivism. (JSON array or object)';
COMMENT ON COLUMN educational_courses.assessment_strategy IS
'Plan of formative and summative assessment. (JSON array or object)';
COMMENT ON COLUMN educational_courses.prerequisite_knowledge IS
'Knowledge that the course requires. (JSON array or object)';
COMMENT ON COLUMN educational_courses.content_format IS 'Main format of the content.';
COMMENT ON COLUMN educational_courses.delivery_method IS 'How the course is delivered.';
COMMENT ON COLUMN educational_courses.ai_generated IS 'Whether a model wrote the content.';
COMMENT ON COLUMN educational_courses.ai_generation_metadata IS
'Model and parameters of the generation. (JSON object)';
COMMENT ON COLUMN educational_courses.content_quality_score IS
'Assessed quality of the content, 0 to 1. Supplied by the application.';
COMMENT ON COLUMN educational_courses.status IS 'Stage of the life cycle.';
COMMENT ON COLUMN educational_courses.published_at IS
'When the course was published. Supplied by the application.';
COMMENT ON COLUMN educational_courses.academic_term IS 'Term, such as Fall 2024.';
COMMENT ON COLUMN educational_courses.enrollment_count IS
'Number of enrollments, of any status; kept by recalculate_course_metrics.';
COMMENT ON COLUMN educational_courses.completion_rate IS
'Enrollments completed, percent of all, 0 to 100; NULL without any; kept by '
'recalculate_course_metrics.';
COMMENT ON COLUMN educational_courses.average_rating IS
'Mean of the ratings in course_ratings to 2 decimals, 1 to 5; kept by triggers. Where there are '
'none, supplied by the application, 0 to 5.';
COMMENT ON COLUMN educational_courses.learning_effectiveness_score IS
'Normalised learning gain (Hake) from diagnostic to summative assessments: at most 1, negative '
'when learners lost ground; NULL where undefined; kept by recalculate_course_metrics.';
COMMENT ON COLUMN educational_courses.created_at IS 'When the row was made.';
COMMENT ON COLUMN educational_courses.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN educational_courses.metrics_as_of IS
'Time that engagement_score and learning_velocity of the enrollments are as of; NULL: never '
'calculated; kept by recalculate_course_metrics.';
COMMENT ON COLUMN educational_courses.rating_count IS
'Number of ratings in course_ratings; kept by triggers.';
COMMENT ON COLUMN educational_courses.rating_sum IS
'Sum of the ratings in course_ratings; kept by triggers. Setting it to NULL has them counted anew.';
COMMENT ON COLUMN educational_courses.ratings_version IS
'Number of times that ratings changed; kept by triggers.';
COMMENT ON COLUMN educational_courses.completion_rule IS
'What completes an enrollment by itself: none (nothing; NULL is the same), modules (each module '
'that has sections is completed, at least one); filled by trigger from learning_analytics_config '
'of the institution when left out.';
COMMENT ON COLUMN educational_courses.derive_sessions IS
'Whether refresh_learning_analytics derives sessions from the events, see derive_sessions; NULL is '
'the same as false; filled by trigger from learning_analytics_config of the institution when left '
'out. When it is set, the next refresh also derives those of what was logged before.';
