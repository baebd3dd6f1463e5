-- Copies what the view shows of a course as it is, and marks courses that are gone; see
-- sync_learner_summary.
CREATE OR REPLACE FUNCTION sync_course_summary() RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO course_summary AS s (course_id, course_title, difficulty_level)
    SELECT
        coalesce(c.id, o.course_id),
        c.title,
        c.difficulty_level
    FROM educational_courses AS c
    FULL JOIN course_summary AS o ON c.id = o.course_id
    WHERE
        (c.title, c.difficulty_level)
        IS DISTINCT FROM (o.course_title, o.difficulty_level)
    ON CONFLICT (course_id) DO UPDATE SET
        course_title = excluded.course_title,
        difficulty_level = excluded.difficulty_level,
        changed_at = now();
END;

REVOKE EXECUTE ON FUNCTION sync_course_summary() FROM public;

COMMENT ON FUNCTION sync_course_summary() IS
'Brings the copied columns of course_summary up to date: a row for each course, and NULL in the '
'rows of those that are gone. For refresh_learning_analytics.';
