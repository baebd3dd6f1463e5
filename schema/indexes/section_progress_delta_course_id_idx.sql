-- Serves, with the rows that it finds:
--     SELECT * FROM section_progress_delta WHERE course_id = :course_id
CREATE INDEX section_progress_delta_course_id_idx
ON section_progress_delta (course_id);

COMMENT ON INDEX section_progress_delta_course_id_idx IS
'What is queued of a course, for course_analytics.';
