-- Due dates stay out: they are no limit, many a submission is later.
INSERT INTO educational_assessments (
    id, course_id, title, assessment_type, format, learning_objectives, assessment_criteria,
    total_points, passing_score, weight_in_course, questions
)
SELECT
    pg_temp.oulad_id('educational_assessments:' || a.id_assessment),
    pg_temp.course_id(a.code_module, a.code_presentation),
    a.assessment_type || ' ' || a.id_assessment,
    CASE a.assessment_type WHEN 'Exam' THEN 'summative' ELSE 'formative' END::assessment_type,
    CASE a.assessment_type WHEN 'CMA' THEN 'multiple_choice' ELSE 'essay' END::assessment_format,
    '[]',
    '{}',
    100,
    40,
    0.01 * a.weight,
    '[]'
FROM pg_temp.assessments AS a
ON CONFLICT (id) DO NOTHING;
