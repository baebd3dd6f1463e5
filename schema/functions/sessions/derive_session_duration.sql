-- Fills learning_sessions.duration_minutes. A length that the application supplied stays; one that
-- was derived follows when start or end change, and either goes with the end.
CREATE OR REPLACE FUNCTION derive_session_duration() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF new.duration_minutes = old.duration_minutes
            AND (
                new.session_end IS NULL
                OR old.duration_minutes = round(
                    extract(EPOCH FROM old.session_end - old.session_start) / 60
                )
            )
        THEN
            new.duration_minutes := NULL;
        END IF;
    END IF;
    -- infinite times are left to the CHECK: on 15 and 16 their difference is an error
    IF new.duration_minutes IS NULL
        AND isfinite(new.session_start) AND isfinite(new.session_end)
        AND new.session_end >= new.session_start
    THEN
        -- a length that no integer holds is left to the CHECK, too
        new.duration_minutes := least(
            round(extract(EPOCH FROM new.session_end - new.session_start) / 60), 2147483647
        );
    END IF;
    RETURN new;
END;
$$;

REVOKE EXECUTE ON FUNCTION derive_session_duration() FROM public;

COMMENT ON FUNCTION derive_session_duration() IS
'Trigger: duration_minutes = session_end - session_start, rounded half up, when it was left '
'out; NULL again when the end is taken away and the length was not changed.';
