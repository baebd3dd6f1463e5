-- A completion without its date gets the present one, in a bulk load of section progress the
-- event's own; a date without a completion is refused by the CHECK of the table.
CREATE OR REPLACE FUNCTION fill_completion_date() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_TABLE_NAME = 'course_enrollments' THEN
        new.completion_date := now();
    ELSIF current_setting('lms_schema.progress_time', TRUE) = 'event' THEN
        new.completion_timestamp := coalesce(new.last_accessed, now());
    ELSE
        new.completion_timestamp := now();
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION fill_completion_date() FROM public;

COMMENT ON FUNCTION fill_completion_date() IS
'Trigger: completion_date of a completed enrollment, completion_timestamp of a completed or '
'mastered section, when it was left out: the time of the transaction, or, where a bulk load set '
'lms_schema.progress_time to event, last_accessed of the section.';
