-- Serves, with the rows that it finds:
--     SELECT * FROM educational_assessments WHERE section_id = :section_id
CREATE INDEX educational_assessments_section_id_idx
ON educational_assessments (section_id, course_id);

COMMENT ON INDEX educational_assessments_section_id_idx IS
'Foreign key to learning_sections: assessments of a section.';
