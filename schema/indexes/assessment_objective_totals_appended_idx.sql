-- Serves, from the index alone:
--     SELECT assessment_id FROM assessment_objective_totals WHERE NOT is_joined
CREATE INDEX assessment_objective_totals_appended_idx
ON assessment_objective_totals (assessment_id)
WHERE NOT is_joined;

COMMENT ON INDEX assessment_objective_totals_appended_idx IS
'Parts that no refresh joined yet.';
