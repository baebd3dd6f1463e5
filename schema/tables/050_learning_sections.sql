-- Sections of a module. course_id repeats the course of the module, so that one composite foreign
-- key keeps progress, interactions and assessments of a section in its own course.
CREATE TABLE learning_sections (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    module_id uuid NOT NULL,
    title varchar(255) NOT NULL,
    section_order integer NOT NULL,
    content_type section_content_type NOT NULL,
    content_data jsonb NOT NULL,
    learning_activities jsonb NOT NULL DEFAULT '[]'::jsonb,
    section_objectives jsonb,
    assessment_criteria jsonb,
    difficulty_adaptations jsonb,
    accessibility_adaptations jsonb,
    estimated_reading_time integer,
    minimum_engagement_time integer,
    unlock_conditions jsonb,
    completion_criteria jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    course_id uuid NOT NULL,

    CONSTRAINT learning_sections_module_id_section_order_key UNIQUE (module_id, section_order)
    DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT learning_sections_id_course_id_key UNIQUE (id, course_id),
    CONSTRAINT learning_sections_module_id_course_id_fkey FOREIGN KEY (module_id, course_id)
    REFERENCES learning_modules (id, course_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT learning_sections_title_check CHECK (
        title
        ~ E'[^\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u061C\\u1680\\u180E\\u2000-\\u200F'
        '\\u2028-\\u202F\\u205F-\\u206F\\u3000\\uFEFF]'
    ),
    CONSTRAINT learning_sections_section_order_check CHECK (section_order >= 0),
    CONSTRAINT learning_sections_content_data_check
    CHECK (jsonb_typeof(content_data) IN ('array', 'object')),
    CONSTRAINT learning_sections_learning_activities_check
    CHECK (jsonb_typeof(learning_activities) = 'array'),
    CONSTRAINT learning_sections_section_objectives_check
    CHECK (jsonb_typeof(section_objectives) = 'array'),
    CONSTRAINT learning_sections_section_objectives_elements_check CHECK (
        NOT jsonb_path_exists(
            section_objectives,
            'strict $[*] ? (
                @.type() != "string"
                && (@.id.type() != "string" || (@.id.type() == "string") is unknown)
            )'
        )
    ),
    CONSTRAINT learning_sections_assessment_criteria_check
    CHECK (jsonb_typeof(assessment_criteria) IN ('array', 'object')),
    CONSTRAINT learning_sections_difficulty_adaptations_check
    CHECK (jsonb_typeof(difficulty_adaptations) IN ('array', 'object')),
    CONSTRAINT learning_sections_accessibility_adaptations_check
    CHECK (jsonb_typeof(accessibility_adaptations) IN ('array', 'object')),
    CONSTRAINT learning_sections_estimated_reading_time_check CHECK (estimated_reading_time >= 0),
    CONSTRAINT learning_sections_minimum_engagement_time_check
    CHECK (minimum_engagement_time >= 0),
    CONSTRAINT learning_sections_unlock_conditions_check
    CHECK (jsonb_typeof(unlock_conditions) = 'object'),
    CONSTRAINT learning_sections_completion_criteria_check
    CHECK (jsonb_typeof(completion_criteria) = 'object'),
    CONSTRAINT learning_sections_finite_times_check
    CHECK (isfinite(created_at) AND isfinite(updated_at))
);

COMMENT ON TABLE learning_sections IS
'A section of a module: one piece of content that a learner works through.';
COMMENT ON COLUMN learning_sections.id IS 'Identity.';
COMMENT ON COLUMN learning_sections.module_id IS 'Module that the section is part of.';
COMMENT ON COLUMN learning_sections.title IS 'Title as shown to people.';
COMMENT ON COLUMN learning_sections.section_order IS
'Place within the module, from 0 or 1 upwards; unique within the module.';
COMMENT ON COLUMN learning_sections.content_type IS 'Kind of content.';
COMMENT ON COLUMN learning_sections.content_data IS
'The content itself, or where it is. (JSON array or object)';
COMMENT ON COLUMN learning_sections.learning_activities IS 'Interactive elements. (JSON array)';
COMMENT ON COLUMN learning_sections.section_objectives IS
'Objectives that this section serves, each by its id or as {"id": text, "title": text}; '
'improvement_suggestions of an attempt read them. (JSON array)';
COMMENT ON COLUMN learning_sections.assessment_criteria IS
'How learning is measured here. (JSON array or object)';
COMMENT ON COLUMN learning_sections.difficulty_adaptations IS
'Variants of the content by difficulty. (JSON array or object)';
COMMENT ON COLUMN learning_sections.accessibility_adaptations IS
'Variants of the content for screen readers and the like. (JSON array or object)';
COMMENT ON COLUMN learning_sections.estimated_reading_time IS
'Reading time of an average reader in minutes.';
COMMENT ON COLUMN learning_sections.minimum_engagement_time IS
'Least time for effective learning in minutes: min_seconds of completion_criteria, where these are '
'set and do not say another.';
COMMENT ON COLUMN learning_sections.unlock_conditions IS
'Conditions that open the section: {"min_progress": 0 to 100, "after": time}; checked by '
'trigger. (JSON object)';
COMMENT ON COLUMN learning_sections.completion_criteria IS
'What completes the section by itself, all of it: {"min_seconds": of active learning time, '
'"min_interactions": number, "min_score": comprehension_score, 0 to 1, "min_evidence": '
'comprehension_n, 1 where min_score is given}; checked by trigger. NULL '
'or {}: the application completes it. (JSON object)';
COMMENT ON COLUMN learning_sections.created_at IS 'When the row was made.';
COMMENT ON COLUMN learning_sections.updated_at IS 'When the row last changed; kept by trigger.';
COMMENT ON COLUMN learning_sections.course_id IS
'Course of the module; filled by trigger when left out.';

COMMENT ON CONSTRAINT learning_sections_id_course_id_key ON learning_sections IS
'Target of the foreign keys by which rows about a section cannot name another course.';
