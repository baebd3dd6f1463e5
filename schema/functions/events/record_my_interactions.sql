-- The one way for a learner to log events: their own, in courses in which they are enrolled. A
-- policy could not let them: counting an event in section_progress takes the right to write there.
-- A definer, for the same reason.
-- depends: functions/record_interactions functions/session_courses
CREATE OR REPLACE FUNCTION record_my_interactions(p_events jsonb) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_me uuid := session_person();
    v_courses uuid[] := session_courses();
    v_sections uuid[];
    v_number bigint;
    v_events jsonb;
BEGIN
    IF v_me IS NULL THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'no session: nobody whose events these are',
            HINT = 'Set lms.token to the token of a session that has not ended.';
    END IF;
    IF jsonb_typeof(p_events) IS DISTINCT FROM 'array' THEN
        RETURN record_interactions(p_events); -- which says what is wrong
    END IF;

    v_sections := ARRAY(
        SELECT s.id FROM learning_sections AS s WHERE s.course_id = ANY(v_courses)
    );
    SELECT e.ordinality - 1 INTO v_number
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e
    WHERE
        lower(e.value ->> 'learner_id') <> v_me::text
        OR lower(e.value ->> 'course_id') <> ALL(v_courses::text[])
        OR lower(e.value ->> 'section_id') <> ALL(v_sections::text[])
    ORDER BY e.ordinality
    LIMIT 1;
    IF FOUND THEN
        RAISE insufficient_privilege USING
            MESSAGE = format(
                'p_events[%s] is of another learner, or of a course in which they are not enrolled',
                v_number
            ),
            DETAIL = 'No event of the batch was stored.';
    END IF;

    SELECT
        coalesce(
            jsonb_agg(
                CASE jsonb_typeof(e.value)
                    WHEN 'object' THEN e.value || jsonb_build_object('learner_id', v_me)
                    ELSE e.value -- which record_interactions refuses
                END
                ORDER BY e.ordinality
            ),
            '[]'
        )
    INTO v_events
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS e;
    RETURN record_interactions(v_events);
END;
$$;

REVOKE EXECUTE ON FUNCTION record_my_interactions(jsonb) FROM public;

COMMENT ON FUNCTION record_my_interactions(jsonb) IS
'record_interactions for the learner behind the session: learner_id may be left out; sections and '
'courses are those in which they are enrolled; an event without either, such as a login, is '
'theirs. Returns how many were stored. Raises 42501, and stores nothing, without a session and for '
'an event of somebody else or of another course; and what record_interactions raises.';
