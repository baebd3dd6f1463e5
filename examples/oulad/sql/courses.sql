-- The institution and its courses. The dataset knows no difficulty: intermediate is a placeholder.
INSERT INTO educational_institutions (id, name, type)
VALUES (
    pg_temp.oulad_id('educational_institutions:The Open University'),
    'The Open University',
    'university'
)
ON CONFLICT (id) DO NOTHING;

INSERT INTO educational_courses (
    id, institution_id, title, course_code, learning_objectives, difficulty_level, status,
    academic_term
)
SELECT
    pg_temp.course_id(c.code_module, c.code_presentation),
    pg_temp.oulad_id('educational_institutions:The Open University'),
    c.code_module || ' ' || c.code_presentation,
    c.code_module,
    '[]',
    'intermediate',
    'archived',
    c.code_presentation
FROM pg_temp.courses AS c
ON CONFLICT (id) DO NOTHING;
