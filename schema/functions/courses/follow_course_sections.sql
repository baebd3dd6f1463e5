-- Enrollments follow the sections of their course: more of them, fewer, or moved to another course.
-- So do the sessions, whose gains are of the overall progress.
-- A definer, because the writer need not be able to read or change enrollments.
-- depends: functions/change_course_structure
CREATE OR REPLACE FUNCTION follow_course_sections() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_course_ids uuid[];
BEGIN
    CASE TG_OP
        WHEN 'INSERT' THEN
            v_course_ids := ARRAY(SELECT DISTINCT n.course_id FROM new_rows AS n);
        WHEN 'DELETE' THEN
            v_course_ids := ARRAY(SELECT DISTINCT o.course_id FROM old_rows AS o);
        WHEN 'TRUNCATE' THEN
            v_course_ids := ARRAY(
                SELECT cs.course_id FROM course_structure AS cs WHERE cs.sections > 0
            );
        ELSE
            v_course_ids := ARRAY(
                -- what stands there once is old or new; no join, which would miss a new id
                SELECT DISTINCT k.course_id
                FROM (
                    SELECT r.course_id
                    FROM (
                        SELECT o.id, o.course_id FROM old_rows AS o
                        UNION ALL
                        SELECT n.id, n.course_id FROM new_rows AS n
                    ) AS r
                    GROUP BY r.id, r.course_id
                    HAVING count(*) = 1
                ) AS k
            );
    END CASE;
    IF v_course_ids <> '{}' THEN
        PERFORM change_course_structure(v_course_ids);
        INSERT INTO analytics_rebuild_request (reason, course_id)
        SELECT format('%s %s', TG_OP, TG_TABLE_NAME), k.course_id
        FROM unnest(v_course_ids) AS k (course_id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_course_sections() FROM public;

COMMENT ON FUNCTION follow_course_sections() IS
'Trigger: keeps overall_progress of the enrollments of a course when its sections are added, '
'removed or moved to another course, and has the next refresh derive the sessions of the course.';
