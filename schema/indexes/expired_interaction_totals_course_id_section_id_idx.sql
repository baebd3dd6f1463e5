-- Serves, with the rows that it finds:
--     SELECT * FROM expired_interaction_totals WHERE course_id = :course_id
-- Counting a course's progress anew, and deleting a section.
CREATE INDEX expired_interaction_totals_course_id_section_id_idx
ON expired_interaction_totals (course_id, section_id);

COMMENT ON INDEX expired_interaction_totals_course_id_section_id_idx IS
'Counting a course''s progress anew; the foreign key to sections.';
