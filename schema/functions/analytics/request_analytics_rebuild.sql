-- TRUNCATE does not say what was in the table: the next refresh counts all rows again. A course
-- that asks for sessions has them of what was logged before, too.
-- A definer, because who may do it need not be able to write requests.
CREATE OR REPLACE FUNCTION request_analytics_rebuild() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_course_id uuid;
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        v_course_id := new.id;
    END IF;
    INSERT INTO analytics_rebuild_request (reason, course_id)
    VALUES (format('%s %s', TG_OP, TG_TABLE_NAME), v_course_id);
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION request_analytics_rebuild() FROM public;

COMMENT ON FUNCTION request_analytics_rebuild() IS
'Trigger: has the next refresh_learning_analytics() rebuild the summaries from the tables or, for '
'a row of educational_courses, derive the sessions of the course.';
