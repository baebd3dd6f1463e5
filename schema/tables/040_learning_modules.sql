-- Modules of a course, in order. The order is deferrable so that two modules can swap places in
-- one statement or transaction; name the target in ON CONFLICT, which cannot use it.
-- Why the type of assessment_weight has no scale is said in 130_educational_assessments.sql.
CREATE TABLE learning_modules (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    course_id uuid NOT NULL,
    title varchar(255) NOT NULL,
    description text,
    module_order integer NOT NULL,
    learning_objectives jsonb NOT NULL,
    bloom_taxonomy_level bloom_taxonomy_level NOT NULL,
    estimated_duration_minutes integer,
    prerequisite_modules jsonb NOT NULL DEFAULT '[]'::jsonb,
    unlock_criteria jsonb,
    has_assessment boolean NOT NULL DEFAULT FALSE,
    assessment_weight numeric,
    minimum_passing_score decimal(3, 2),
    content_type module_content_type NOT NULL DEFAULT 'lesson',
    interaction_requirements jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),

    CONSTRAINT learning_modules_course_id_module_order_key UNIQUE (course_id, module_order)
    DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT learning_modules_id_course_id_key UNIQUE (id, course_id),
    CONSTRAINT learning_modules_course_id_fkey FOREIGN KEY (course_id)
    REFERENCES educational_courses (id) ON DELETE CASCADE,
    CONSTRAINT learning_modules_title_check CHECK (
        title
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT learning_modules_module_order_check CHECK (module_order >= 0),
    CONSTRAINT learning_modules_learning_objectives_check
    CHECK (jsonb_typeof(learning_objectives) = 'array'),
    CONSTRAINT learning_modules_learning_objectives_elements_check CHECK (
        NOT jsonb_path_exists(
            learning_objectives,
            'strict $[*] ? (
                @.type() != "string"
                && (@.id.type() != "string" || (@.id.type() == "string") is unknown)
            )'
        )
    ),
    CONSTRAINT learning_modules_estimated_duration_minutes_check
    CHECK (estimated_duration_minutes >= 0),
    CONSTRAINT learning_modules_prerequisite_modules_check
    CHECK (jsonb_typeof(prerequisite_modules) = 'array'),
    CONSTRAINT learning_modules_unlock_criteria_check
    CHECK (jsonb_typeof(unlock_criteria) = 'object'),
    CONSTRAINT learning_modules_assessment_weight_check CHECK (assessment_weight BETWEEN 0 AND 1),
    CONSTRAINT learning_modules_assessment_weight_decimals_check
    CHECK (min_scale(assessment_weight) <= 6),
    CONSTRAINT learning_modules_minimum_passing_score_check
    CHECK (minimum_passing_score BETWEEN 0 AND 1),
    CONSTRAINT learning_modules_interaction_requirements_check
    CHECK (jsonb_typeof(interaction_requirements) IN ('array', 'object')),
    CONSTRAINT learning_modules_finite_times_check
    CHECK (isfinite(created_at) AND isfinite(updated_at))
);

COMMENT ON TABLE learning_modules IS
'A module of a course: an ordered group of sections with its own objectives, prerequisites '
'and weight.';
COMMENT ON COLUMN learning_modules.id IS 'Identity.';
COMMENT ON COLUMN learning_modules.course_id IS 'Course that the module is part of.';
COMMENT ON COLUMN learning_modules.title IS 'Title as shown to people.';
COMMENT ON COLUMN learning_modules.description IS 'Description as shown to people.';
COMMENT ON COLUMN learning_modules.module_order IS
'Place within the course, from 0 or 1 upwards; unique within the course.';
COMMENT ON COLUMN learning_modules.learning_objectives IS
'Outcomes of this module, each a text or {"id": text, "title": text}. (JSON array)';
COMMENT ON COLUMN learning_modules.bloom_taxonomy_level IS
'Highest cognitive level that the module aims at.';
COMMENT ON COLUMN learning_modules.estimated_duration_minutes IS
'Estimated learning time in minutes.';
COMMENT ON COLUMN learning_modules.prerequisite_modules IS
'Ids of the modules to complete first: existing modules of the same course, without a '
'cycle; checked by trigger. (JSON array)';
COMMENT ON COLUMN learning_modules.unlock_criteria IS
'Conditions that unlock the module: {"min_progress": 0 to 100, "after": time}; checked by '
'trigger. (JSON object)';
COMMENT ON COLUMN learning_modules.has_assessment IS 'Whether the module is assessed.';
COMMENT ON COLUMN learning_modules.assessment_weight IS
'Share of the course grade, 0 to 1, at most 6 decimals. Supplied by the application.';
COMMENT ON COLUMN learning_modules.minimum_passing_score IS
'Share of the points needed to pass the module, 0 to 1.';
COMMENT ON COLUMN learning_modules.content_type IS 'Kind of module.';
COMMENT ON COLUMN learning_modules.interaction_requirements IS
'Interactions that the module requires. Supplied by the application. (JSON array or object)';
COMMENT ON COLUMN learning_modules.created_at IS 'When the row was made.';
COMMENT ON COLUMN learning_modules.updated_at IS 'When the row last changed; kept by trigger.';

COMMENT ON CONSTRAINT learning_modules_id_course_id_key ON learning_modules IS
'Target of the foreign key by which a section cannot name a module of another course.';
