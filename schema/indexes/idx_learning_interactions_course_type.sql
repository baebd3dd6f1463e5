-- Serves, from the index alone:
--     SELECT interaction_type, count(*)
--     FROM learning_interactions
--     WHERE course_id = :course_id
--     GROUP BY interaction_type
CREATE INDEX idx_learning_interactions_course_type
ON learning_interactions (course_id, interaction_type);

COMMENT ON INDEX idx_learning_interactions_course_type IS
'Counts of a course by type. Overlaps idx_interactions_course_type_timestamp, which is '
'larger and also serves time spans.';
