-- Serves, from the index alone:
--     SELECT status, count(*), avg(completion_percentage), sum(total_time_spent)
--     FROM section_progress
--     WHERE course_id = :course_id
--     GROUP BY status
CREATE INDEX idx_section_progress_course_status
ON section_progress (course_id, status)
INCLUDE (completion_percentage, total_time_spent);

COMMENT ON INDEX idx_section_progress_course_status IS
'Progress of a course by status, from the index alone.';
