-- Serves, with the rows that it finds:
--     DELETE FROM learning_interactions WHERE section_id = :section_id AND course_id = :course_id
CREATE INDEX learning_interactions_section_id_idx
ON learning_interactions (section_id, course_id);

COMMENT ON INDEX learning_interactions_section_id_idx IS
'Foreign key to learning_sections: deleting a section.';
