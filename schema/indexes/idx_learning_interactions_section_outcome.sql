-- Serves, from the index alone:
--     SELECT outcome, count(*)
--     FROM learning_interactions
--     WHERE section_id = :section_id
--     GROUP BY outcome
CREATE INDEX idx_learning_interactions_section_outcome
ON learning_interactions (section_id, outcome);

COMMENT ON INDEX idx_learning_interactions_section_outcome IS
'Outcomes of a section.';
