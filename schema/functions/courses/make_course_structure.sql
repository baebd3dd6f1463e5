-- Each course has its row of course_structure from the beginning.
-- A definer, because who makes a course need not be able to write what triggers keep.
CREATE OR REPLACE FUNCTION make_course_structure() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_course_ids uuid[] := ARRAY(SELECT n.id FROM new_rows AS n);
BEGIN
    INSERT INTO course_structure (course_id)
    SELECT k.course_id FROM unnest(v_course_ids) AS k (course_id);
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION make_course_structure() FROM public;

COMMENT ON FUNCTION make_course_structure() IS
'Trigger: makes the row of course_structure of each new course.';
