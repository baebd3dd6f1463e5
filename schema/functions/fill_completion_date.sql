-- A completion without its date gets the present one; a date without a completion is refused by
-- the CHECK of the table.
CREATE OR REPLACE FUNCTION fill_completion_date() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_TABLE_NAME = 'course_enrollments' THEN
        new.completion_date := now();
    ELSE
        new.completion_timestamp := now();
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION fill_completion_date() FROM public;

COMMENT ON FUNCTION fill_completion_date() IS
'Trigger: completion_date of a completed enrollment, completion_timestamp of a completed or '
'mastered section, when it was left out.';
