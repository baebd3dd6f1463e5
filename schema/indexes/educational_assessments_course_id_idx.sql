-- Serves, with the rows that it finds:
--     SELECT * FROM educational_assessments WHERE course_id = :course_id
CREATE UNIQUE INDEX educational_assessments_course_id_idx
ON educational_assessments (course_id, id, total_points, passing_score);

COMMENT ON INDEX educational_assessments_course_id_idx IS
'Foreign key to educational_courses: assessments of a course. Unique, although id alone is: it '
'makes points and passing score key columns, so that changing them waits for attempts that are '
'judged by them and not yet committed.';
