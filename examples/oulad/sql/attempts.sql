-- Percentage and passed are derived by trigger. What an earlier load stored is left out first: a row
-- that only ON CONFLICT leaves out costs its triggers as much as one that is stored.
INSERT INTO assessment_attempts (
    id, learner_id, assessment_id, attempt_number, started_at, submitted_at, responses, score,
    completion_status
)
SELECT
    i.id,
    pg_temp.oulad_id('learners:' || s.id_student),
    pg_temp.oulad_id('educational_assessments:' || s.id_assessment),
    1,
    pg_temp.day_of(a.code_presentation, s.date_submitted),
    pg_temp.day_of(a.code_presentation, s.date_submitted),
    '[]',
    nullif(s.score, '?')::integer,
    CASE WHEN s.score <> '?' THEN 'graded' ELSE 'submitted' END::attempt_status
FROM pg_temp.studentassessment AS s
INNER JOIN pg_temp.assessments AS a USING (id_assessment)
CROSS JOIN LATERAL (
    SELECT pg_temp.oulad_id(concat_ws(':', 'assessment_attempts', s.id_assessment, s.id_student))
) AS i (id)
WHERE NOT EXISTS (SELECT FROM assessment_attempts AS t WHERE t.id = i.id)
ON CONFLICT (id) DO NOTHING;
