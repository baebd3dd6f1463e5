-- Assessments of a course or of one of its sections. course_id is filled from the section by
-- trigger when left out, so that every assessment reaches its course.
-- Points and weights are exact, up to 3 and 6 decimals. Their type is numeric without a scale,
-- which is a CHECK instead: numeric(9, 3) would round 4.9996 to 5.000 without a word, and a learner
-- who failed would pass. So points also keep the range of an integer.
CREATE TABLE educational_assessments (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    course_id uuid NOT NULL,
    section_id uuid,
    title varchar(255) NOT NULL,
    assessment_type assessment_type NOT NULL,
    format assessment_format NOT NULL,
    learning_objectives jsonb NOT NULL,
    assessment_criteria jsonb NOT NULL,
    bloom_taxonomy_levels jsonb,
    total_points numeric NOT NULL,
    passing_score numeric,
    weight_in_course numeric,
    time_limit_minutes integer,
    available_from timestamptz,
    available_until timestamptz,
    attempts_allowed integer DEFAULT 1,
    questions jsonb NOT NULL,
    correct_answers jsonb,
    explanation_texts jsonb,
    difficulty_rating decimal(3, 2),
    discrimination_index decimal(3, 2),
    reliability_coefficient decimal(3, 2),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    rules_version bigint NOT NULL DEFAULT 0,

    CONSTRAINT educational_assessments_id_rules_version_key UNIQUE (id, rules_version),
    CONSTRAINT educational_assessments_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT educational_assessments_section_id_course_id_fkey FOREIGN KEY (section_id, course_id)
    REFERENCES learning_sections (id, course_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT educational_assessments_title_check CHECK (
        title
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT educational_assessments_learning_objectives_check
    CHECK (jsonb_typeof(learning_objectives) = 'array'),
    CONSTRAINT educational_assessments_learning_objectives_elements_check CHECK (
        NOT jsonb_path_exists(
            learning_objectives,
            'strict $[*] ? (
                @.type() != "string"
                && (@.id.type() != "string" || (@.id.type() == "string") is unknown)
            )'
        )
    ),
    CONSTRAINT educational_assessments_assessment_criteria_check
    CHECK (jsonb_typeof(assessment_criteria) IN ('array', 'object')),
    CONSTRAINT educational_assessments_bloom_taxonomy_levels_check
    CHECK (jsonb_typeof(bloom_taxonomy_levels) = 'array'),
    CONSTRAINT educational_assessments_total_points_check
    CHECK (total_points BETWEEN 0 AND 2147483647),
    CONSTRAINT educational_assessments_total_points_decimals_check
    CHECK (min_scale(total_points) <= 3),
    CONSTRAINT educational_assessments_passing_score_check
    CHECK (passing_score BETWEEN 0 AND total_points),
    CONSTRAINT educational_assessments_passing_score_decimals_check
    CHECK (min_scale(passing_score) <= 3),
    CONSTRAINT educational_assessments_weight_in_course_check
    CHECK (weight_in_course BETWEEN 0 AND 1),
    CONSTRAINT educational_assessments_weight_in_course_decimals_check
    CHECK (min_scale(weight_in_course) <= 6),
    CONSTRAINT educational_assessments_time_limit_minutes_check CHECK (time_limit_minutes > 0),
    CONSTRAINT educational_assessments_attempts_allowed_check CHECK (attempts_allowed > 0),
    CONSTRAINT educational_assessments_questions_check CHECK (jsonb_typeof(questions) = 'array'),
    CONSTRAINT educational_assessments_correct_answers_check
    CHECK (jsonb_typeof(correct_answers) = 'object'),
    CONSTRAINT educational_assessments_explanation_texts_check
    CHECK (jsonb_typeof(explanation_texts) IN ('array', 'object')),
    CONSTRAINT educational_assessments_difficulty_rating_check
    CHECK (difficulty_rating BETWEEN 0 AND 1),
    CONSTRAINT educational_assessments_discrimination_index_check
    CHECK (discrimination_index BETWEEN -1 AND 1),
    CONSTRAINT educational_assessments_reliability_coefficient_check
    CHECK (reliability_coefficient <= 1),
    CONSTRAINT educational_assessments_availability_check
    CHECK (available_until >= available_from),
    CONSTRAINT educational_assessments_finite_times_check CHECK (
        isfinite(available_from)
        AND isfinite(available_until)
        AND isfinite(created_at)
        AND isfinite(updated_at)
    )
);

COMMENT ON TABLE educational_assessments IS 'An assessment: questions, points, timing and quality.';
COMMENT ON COLUMN educational_assessments.id IS 'Identity.';
COMMENT ON COLUMN educational_assessments.course_id IS
'Course; filled by trigger from the section when left out.';
COMMENT ON COLUMN educational_assessments.section_id IS
'Section of that course that is assessed; NULL: the course as a whole.';
COMMENT ON COLUMN educational_assessments.title IS 'Title as shown to people.';
COMMENT ON COLUMN educational_assessments.assessment_type IS 'Purpose of the assessment.';
COMMENT ON COLUMN educational_assessments.format IS 'Form of the assessment.';
COMMENT ON COLUMN educational_assessments.learning_objectives IS
'What is measured, each a text or {"id": text, "title": text}. (JSON array)';
COMMENT ON COLUMN educational_assessments.assessment_criteria IS
'Rubric and criteria. (JSON array or object)';
COMMENT ON COLUMN educational_assessments.bloom_taxonomy_levels IS
'Cognitive levels assessed. (JSON array)';
COMMENT ON COLUMN educational_assessments.total_points IS
'Points that can be reached without bonus points, at most 3 decimals; 0: a practice without a '
'percentage.';
COMMENT ON COLUMN educational_assessments.passing_score IS
'Points needed to pass, 0 to total_points, at most 3 decimals; NULL: cannot be passed or failed.';
COMMENT ON COLUMN educational_assessments.weight_in_course IS
'Share of the course grade, 0 to 1, at most 6 decimals.';
COMMENT ON COLUMN educational_assessments.time_limit_minutes IS
'Time limit in minutes, above 0; NULL: none. Supplied by the application.';
COMMENT ON COLUMN educational_assessments.available_from IS
'Start of the time in which attempts may start; NULL: no limit; enforced on new attempts.';
COMMENT ON COLUMN educational_assessments.available_until IS
'End of the time in which attempts may start; NULL: no limit; enforced on new attempts.';
COMMENT ON COLUMN educational_assessments.attempts_allowed IS
'Highest attempt_number that a learner may use, above 0; NULL: no limit; enforced on new '
'attempts.';
COMMENT ON COLUMN educational_assessments.questions IS
'Questions and options: [{"id": text, "points": number, "objectives": [ids], ...}], ids unique; '
'checked by trigger. (JSON array)';
COMMENT ON COLUMN educational_assessments.correct_answers IS
'Answer key, by which grade_attempt grades: {"id of a question": rule}, a rule being {"answer": '
'any, "ignore_case": true}, {"any_of": [...]}, {"all_of": [...], "partial": "net" or "each", '
'"options": number} or {"number": x, "tolerance": t}; checked by trigger. A question without a '
'rule is graded by a person. (JSON object)';
COMMENT ON COLUMN educational_assessments.explanation_texts IS
'Explanations for learners. (JSON array or object)';
COMMENT ON COLUMN educational_assessments.difficulty_rating IS
'1 less the mean facility of the items, 0 to 1; NULL where undefined; kept by '
'recalculate_course_metrics.';
COMMENT ON COLUMN educational_assessments.discrimination_index IS
'Mean item-rest correlation, -1 to 1; NULL where undefined; kept by recalculate_course_metrics.';
COMMENT ON COLUMN educational_assessments.reliability_coefficient IS
'Cronbach''s alpha, at most 1; NULL where undefined; kept by recalculate_course_metrics.';
COMMENT ON COLUMN educational_assessments.created_at IS 'When the row was made.';
COMMENT ON COLUMN educational_assessments.updated_at IS
'When the row last changed; kept by trigger.';
COMMENT ON COLUMN educational_assessments.rules_version IS
'Number of changes so far of what attempts derive from: total_points, passing_score, course and '
'questions; kept by trigger.';

COMMENT ON CONSTRAINT educational_assessments_id_rules_version_key ON educational_assessments IS
'Target of the foreign key by which a change of the points reaches each attempt.';
