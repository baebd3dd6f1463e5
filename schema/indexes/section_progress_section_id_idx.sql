-- Serves, with the rows that it finds:
--     DELETE FROM section_progress WHERE section_id = :section_id AND course_id = :course_id
CREATE INDEX section_progress_section_id_idx
ON section_progress (section_id, course_id);

COMMENT ON INDEX section_progress_section_id_idx IS
'Foreign key to learning_sections: deleting a section; progress of a section.';
