-- The one way for a learner to log events: their own, in courses in which they are enrolled. A
-- policy could not let them: counting an event in section_progress takes the right to write there.
-- A definer, for the same reason.
-- depends: functions/is_claimable_time functions/is_recent_transaction
-- depends: functions/record_interactions functions/session_current_courses
CREATE OR REPLACE FUNCTION record_my_interactions(p_events jsonb) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    v_me uuid := session_person();
    v_courses uuid[] := session_current_courses();
    v_events jsonb;
    v_claims learning_interactions[];
    v_wrong record;
BEGIN
    IF v_me IS NULL THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'no session: nobody whose events these are',
            HINT = 'Set lms.token to the token of a session that has not ended.';
    ELSIF NOT is_recent_transaction() THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'the transaction began 15 minutes ago or more: its time is not the present one',
            HINT = 'Log the events in a transaction of their own.';
    END IF;
    IF jsonb_typeof(p_events) IS DISTINCT FROM 'array' THEN
        RETURN record_interactions(p_events); -- which says what is wrong
    END IF;

    -- when a section was completed is not the learner's to say, as it is of who loads old progress
    SET LOCAL lms_schema.progress_time = 'transaction';
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

    BEGIN
        v_claims := ARRAY(
            SELECT e FROM jsonb_populate_recordset(NULL::learning_interactions, p_events) AS e
        );
    EXCEPTION
        WHEN data_exception THEN
            -- Which says which event is at fault. Without what events refer to: nobody has asked
            -- yet whether that is the learner's to know of.
            PERFORM record_interactions((
                SELECT
                    jsonb_agg(
                        CASE jsonb_typeof(e.value)
                            WHEN 'object'
                                THEN e.value - '{section_id, course_id, session_id}'::text[]
                            ELSE e.value
                        END
                        ORDER BY e.ordinality
                    )
                FROM jsonb_array_elements(v_events) WITH ORDINALITY AS e
            ));
            RAISE;
    END;
    SELECT
        c.number,
        c.problem
    INTO v_wrong
    FROM (
        SELECT
            e.ordinality - 1 AS number,
            CASE
                WHEN e.learner_id <> v_me THEN 'is of another learner'
                WHEN
                    e.course_id <> ALL(v_courses)
                    OR (
                        e.section_id IS NOT NULL
                        AND NOT EXISTS (
                            SELECT FROM learning_sections AS s
                            WHERE s.id = e.section_id AND s.course_id = ANY(v_courses)
                        )
                    )
                    THEN 'is of a course in which the learner is not enrolled, or no longer'
                WHEN
                    EXISTS (
                        SELECT FROM learning_sessions AS s
                        WHERE s.id = e.session_id AND s.learner_id <> v_me
                    )
                    THEN 'is of a session of another learner'
                WHEN
                    EXISTS (
                        SELECT FROM interaction_times AS k
                        INNER JOIN learning_interactions AS i
                            ON k.id = i.id AND k.timestamp = i.timestamp
                        WHERE k.id = e.id AND i.learner_id <> v_me
                    )
                    THEN 'has the id of an event of another learner'
                WHEN NOT is_claimable_time(e.timestamp)
                    THEN 'is in the future, or more than 30 days old'
                WHEN e.duration_seconds > 14400 THEN 'takes longer than 4 hours'
                WHEN e.learning_effectiveness IS NOT NULL
                    THEN 'has learning_effectiveness, which is not the learner''s to give'
            END AS problem
        FROM unnest(v_claims) WITH ORDINALITY AS e
    ) AS c
    WHERE c.problem IS NOT NULL
    ORDER BY c.number
    LIMIT 1;
    IF FOUND THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('p_events[%s] %s', v_wrong.number, v_wrong.problem),
            DETAIL = 'No event of the batch was stored.',
            HINT = 'Mend it or leave it out; a backend that knows better records it as lms_service.';
    END IF;
    RETURN record_interactions(v_events);
END;
$$;

REVOKE EXECUTE ON FUNCTION record_my_interactions(jsonb) FROM public;

COMMENT ON FUNCTION record_my_interactions(jsonb) IS
'record_interactions for the learner behind the session: learner_id may be left out; sections and '
'courses are those in which they are enrolled and have not withdrawn; an event without either, '
'such as a login, is theirs. What they can claim has bounds: a time of the last 30 days, at most 4 '
'hours, no session and no id of an event of another learner, no learning_effectiveness. Returns '
'how many were stored. Raises 42501, and stores nothing, without a session, in a transaction that '
'is open for 15 minutes or more, and for an event out of these bounds; and what '
'record_interactions raises.';
