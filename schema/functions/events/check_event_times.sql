-- The times in the JSON of record_interactions, before they are cast: the cast would read a time
-- without a zone in that of the session, and now as the time of the call.
-- depends: functions/is_time_with_zone
CREATE OR REPLACE FUNCTION check_event_times(p_events jsonb) RETURNS void
LANGUAGE plpgsql
IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    v_time jsonb;
BEGIN
    SELECT e.value -> 'timestamp' INTO v_time
    FROM jsonb_array_elements(p_events) AS e
    WHERE NOT is_time_with_zone(e.value ->> 'timestamp')
    LIMIT 1;
    IF FOUND THEN
        RAISE invalid_datetime_format USING
            MESSAGE = format('timestamp %s is not a time with zone', v_time),
            HINT = 'Write it in ISO 8601, such as 2030-01-31T08:00:00Z or 2030-01-31T09:00:00+01:00.';
    END IF;
END;
$$;

REVOKE EXECUTE ON FUNCTION check_event_times(jsonb) FROM public;

COMMENT ON FUNCTION check_event_times(jsonb) IS
'Raises 22007 when a timestamp in this array of events is not a time with zone in ISO 8601; one '
'that is left out or null is fine. For store_interactions.';
