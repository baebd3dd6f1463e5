-- The date of a completion comes and goes with the state. A completion without its date gets the
-- present one, in a bulk load of section progress the event's own. A date that was there before is
-- cleared when the state is left; one that is given without a completion is left for the CHECK of
-- the table to refuse.
CREATE OR REPLACE FUNCTION keep_completion_date() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF tg_argv[0] = 'completion_date' THEN
        IF new.completion_date IS NULL THEN
            new.completion_date := now();
        ELSIF TG_OP = 'UPDATE' AND new.completion_date = old.completion_date THEN
            new.completion_date := NULL;
        END IF;
    ELSE
        IF new.completion_timestamp IS NULL THEN
            new.completion_timestamp := CASE
                WHEN current_setting('lms_schema.progress_time', TRUE) = 'event'
                    THEN coalesce(new.last_accessed, now())
                ELSE now()
            END;
        ELSIF TG_OP = 'UPDATE' AND new.completion_timestamp = old.completion_timestamp THEN
            new.completion_timestamp := NULL;
        END IF;
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_completion_date() FROM public;

COMMENT ON FUNCTION keep_completion_date() IS
'Trigger, its argument the column: completion_date of a completed enrollment, completion_timestamp '
'of a completed or mastered section. Filled when it was left out, with the time of the transaction '
'or, where a bulk load set lms_schema.progress_time to event, last_accessed of the section; '
'cleared when the state is left and the date was not changed.';
