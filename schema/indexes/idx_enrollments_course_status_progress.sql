-- Serves, from the index alone:
--     SELECT overall_progress, engagement_score, total_time_spent
--     FROM course_enrollments
--     WHERE course_id = :course_id AND completion_status = 'in_progress'
CREATE INDEX idx_enrollments_course_status_progress
ON course_enrollments (course_id, completion_status)
INCLUDE (overall_progress, engagement_score, total_time_spent);

COMMENT ON INDEX idx_enrollments_course_status_progress IS
'Enrollments of a course by status, from the index alone; also the foreign key on '
'course_id.';
