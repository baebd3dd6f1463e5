-- Serves, from the index alone:
--     SELECT submitted_at, score, percentage_score, time_spent_minutes
--     FROM assessment_attempts
--     WHERE assessment_id = :assessment_id
--     ORDER BY submitted_at DESC
--     LIMIT 20
CREATE INDEX idx_assessment_attempts_assessment_submitted
ON assessment_attempts (assessment_id, submitted_at DESC)
INCLUDE (score, percentage_score, time_spent_minutes);

COMMENT ON INDEX idx_assessment_attempts_assessment_submitted IS
'Latest attempts at an assessment, from the index alone; also the foreign key on '
'assessment_id.';
