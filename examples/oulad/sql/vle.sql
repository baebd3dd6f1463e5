-- A module is what a course has of one activity type; a section is a site.
INSERT INTO learning_modules (
    id, course_id, title, module_order, learning_objectives, bloom_taxonomy_level, content_type
)
SELECT
    pg_temp.oulad_id(
        concat_ws(':', 'learning_modules', m.code_module, m.code_presentation, m.activity_type)
    ),
    pg_temp.course_id(m.code_module, m.code_presentation),
    m.activity_type,
    row_number() OVER (
        PARTITION BY m.code_module, m.code_presentation ORDER BY m.activity_type COLLATE "C"
    ),
    '[]',
    'understand',
    CASE
        WHEN m.activity_type IN ('quiz', 'externalquiz', 'questionnaire') THEN 'assessment'
        WHEN m.activity_type IN ('forumng', 'ouwiki') THEN 'discussion'
        ELSE 'lesson'
    END::module_content_type
FROM (
    SELECT DISTINCT v.code_module, v.code_presentation, v.activity_type
    FROM pg_temp.vle AS v
) AS m
ON CONFLICT (id) DO NOTHING;

INSERT INTO learning_sections (
    id, module_id, title, section_order, content_type, content_data, course_id
)
SELECT
    pg_temp.oulad_id('learning_sections:' || v.id_site),
    pg_temp.oulad_id(
        concat_ws(':', 'learning_modules', v.code_module, v.code_presentation, v.activity_type)
    ),
    v.activity_type || ' ' || v.id_site,
    row_number() OVER (
        PARTITION BY v.code_module, v.code_presentation, v.activity_type ORDER BY v.id_site
    ),
    CASE
        WHEN v.activity_type IN ('quiz', 'externalquiz', 'questionnaire') THEN 'assessment'
        WHEN v.activity_type IN (
            'ouelluminate', 'oucollaborate', 'forumng', 'ouwiki', 'htmlactivity',
            'repeatactivity', 'dualpane'
        ) THEN 'interactive'
        ELSE 'text'
    END::section_content_type,
    jsonb_strip_nulls(
        jsonb_build_object(
            'id_site', v.id_site,
            'activity_type', v.activity_type,
            'week_from', nullif(v.week_from, '?')::integer,
            'week_to', nullif(v.week_to, '?')::integer
        )
    ),
    pg_temp.course_id(v.code_module, v.code_presentation)
FROM pg_temp.vle AS v
ON CONFLICT (id) DO NOTHING;
