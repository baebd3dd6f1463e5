-- Serves, with the rows that it finds:
--     SELECT * FROM assessment_objective_totals WHERE assessment_id = :assessment_id
CREATE INDEX assessment_objective_totals_assessment_id_idx
ON assessment_objective_totals (assessment_id);

COMMENT ON INDEX assessment_objective_totals_assessment_id_idx IS
'Totals of an assessment, for derive_attempt_analysis.';
