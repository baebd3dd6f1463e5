-- Copies what the view shows of a course as it is, and marks courses that are gone; see
-- sync_learner_summary.
CREATE OR REPLACE FUNCTION sync_course_summary() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    INSERT INTO course_summary AS s (
        course_id, course_title, difficulty_level, changed_at
    )
    SELECT
        coalesce(c.id, o.course_id),
        c.title,
        c.difficulty_level,
        v_now
    FROM educational_courses AS c
    FULL JOIN course_summary AS o ON c.id = o.course_id
    WHERE
        (c.title, c.difficulty_level)
        IS DISTINCT FROM (o.course_title, o.difficulty_level)
    ON CONFLICT (course_id) DO UPDATE SET
        course_title = excluded.course_title,
        difficulty_level = excluded.difficulty_level,
        changed_at = excluded.changed_at;
END;
$$;

REVOKE EXECUTE ON FUNCTION sync_course_summary() FROM public;

COMMENT ON FUNCTION sync_course_summary() IS
'Brings the copied columns of course_summary up to date: a row for each course, and NULL in the '
'rows of those that are gone. For refresh_learning_analytics.';
