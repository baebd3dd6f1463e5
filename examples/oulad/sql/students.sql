-- Learners and their enrollments. Preferences are NULL: the dataset observes none, and the
-- defaults of the columns would invent them. A completed course was completed at its end.
INSERT INTO learners (
    id, institution_id, email, first_name, last_name, learning_style, academic_level,
    preferred_difficulty, learning_pace, data_consent
)
SELECT DISTINCT ON (i.id_student)
    pg_temp.oulad_id('learners:' || i.id_student),
    pg_temp.oulad_id('educational_institutions:The Open University'),
    'student' || i.id_student || '@oulad.example',
    'Student',
    i.id_student,
    NULL::learning_style,
    CASE i.highest_education
        WHEN 'No Formal quals' THEN 'elementary'
        WHEN 'Lower Than A Level' THEN 'middle'
        WHEN 'A Level or Equivalent' THEN 'high_school'
        WHEN 'HE Qualification' THEN 'undergraduate'
        ELSE 'graduate'
    END::academic_level,
    NULL::difficulty_level,
    NULL::learning_pace,
    '{}'::jsonb
FROM pg_temp.studentinfo AS i
ORDER BY i.id_student, pg_temp.day_of(i.code_presentation, 0) DESC, i.code_module
ON CONFLICT (id) DO NOTHING;

INSERT INTO course_enrollments (
    id, learner_id, course_id, enrollment_date, academic_term, completion_status, completion_date
)
SELECT
    pg_temp.enrollment_id(i.code_module, i.code_presentation, i.id_student),
    pg_temp.oulad_id('learners:' || i.id_student),
    pg_temp.course_id(i.code_module, i.code_presentation),
    pg_temp.day_of(
        i.code_presentation, coalesce(nullif(r.date_registration, '?')::integer, 0)
    ),
    i.code_presentation,
    CASE i.final_result
        WHEN 'Fail' THEN 'failed'
        WHEN 'Withdrawn' THEN 'withdrawn'
        ELSE 'completed'
    END::enrollment_status,
    CASE
        WHEN i.final_result IN ('Pass', 'Distinction')
            THEN pg_temp.day_of(i.code_presentation, c.module_presentation_length)
    END
FROM pg_temp.studentinfo AS i
INNER JOIN pg_temp.courses AS c USING (code_module, code_presentation)
LEFT JOIN pg_temp.studentregistration AS r USING (code_module, code_presentation, id_student)
ON CONFLICT (id) DO NOTHING;
