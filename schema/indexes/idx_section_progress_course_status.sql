CREATE INDEX idx_section_progress_course_status
ON section_progress (course_id, status)
INCLUDE (completion_percentage, total_time_spent);

COMMENT ON INDEX idx_section_progress_course_status IS
'Progress of a course by status, from the index alone.';
