-- The one call by which an application logs an event: stores it, and counts it in section_progress.
-- Locks are taken in one order, also by record_interactions: sections, events, progress rows, then
-- enrollments. So nobody deadlocks.
-- depends: functions/check_event_period functions/is_meaningful_interaction functions/lock_section
-- depends: functions/begin_enrollments functions/outcome_evidence
CREATE OR REPLACE FUNCTION record_interaction(
    p_learner_id uuid,
    p_section_id uuid,
    p_interaction_type interaction_type,
    p_interaction_data jsonb DEFAULT '{}',
    p_duration_seconds integer DEFAULT NULL,
    p_outcome interaction_outcome DEFAULT NULL,
    p_timestamp timestamptz DEFAULT NULL,
    p_id uuid DEFAULT NULL,
    p_session_id uuid DEFAULT NULL,
    p_interaction_subtype text DEFAULT NULL,
    p_learning_objective text DEFAULT NULL,
    p_bloom_taxonomy_level bloom_taxonomy_level DEFAULT NULL,
    p_difficulty_level difficulty_level DEFAULT NULL,
    p_knowledge_demonstration jsonb DEFAULT NULL,
    p_misconception_indicators jsonb DEFAULT NULL,
    p_learning_effectiveness numeric DEFAULT NULL,
    p_personalization_data jsonb DEFAULT NULL,
    p_difficulty_adjustment jsonb DEFAULT NULL,
    p_device_type text DEFAULT NULL,
    p_learning_environment jsonb DEFAULT NULL,
    p_course_id uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_event learning_interactions%ROWTYPE;
    v_course_id uuid;
    v_seconds integer;
    v_help integer;
    v_meaningful integer := is_meaningful_interaction(p_interaction_type)::integer;
    v_evidence integer := outcome_evidence(p_outcome);
    v_checks integer := (
        p_interaction_type = 'knowledge_check' AND v_evidence IS NOT NULL
    )::integer;
    v_practice integer := (
        p_interaction_type = 'practice_activity' AND v_evidence IS NOT NULL
    )::integer;
BEGIN
    IF p_id IS NOT NULL AND p_timestamp IS NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'p_timestamp must be given with p_id',
            HINT = 'An event is identified by both; without its time a repeated call could '
                'not be told from a new event.';
    END IF;
    IF p_timestamp > now() OR NOT isfinite(p_timestamp) THEN
        PERFORM check_event_period(p_timestamp);
    END IF;

    IF p_section_id IS NOT NULL THEN
        v_course_id := lock_section(p_section_id);
        IF v_course_id IS NULL OR v_course_id <> p_course_id THEN
            RAISE foreign_key_violation USING
                MESSAGE = format(
                    'section %s ' || CASE
                        WHEN v_course_id IS NULL THEN 'does not exist'
                        ELSE 'is of course %s, not of %s'
                    END, p_section_id, v_course_id, p_course_id
                ),
                HINT = 'Give the id of a row of learning_sections, and leave its course out.',
                CONSTRAINT = 'learning_interactions_section_id_course_id_fkey',
                TABLE = 'learning_interactions', COLUMN = 'section_id';
        END IF;
    END IF;

    INSERT INTO learning_interactions (
        id, learner_id, section_id, course_id, interaction_type, interaction_subtype,
        learning_objective, bloom_taxonomy_level, difficulty_level, interaction_data,
        duration_seconds, outcome, knowledge_demonstration, misconception_indicators,
        learning_effectiveness, personalization_data, difficulty_adjustment, device_type,
        session_id, learning_environment, timestamp
    )
    VALUES (
        coalesce(p_id, gen_random_uuid()), p_learner_id, p_section_id,
        coalesce(v_course_id, p_course_id),
        p_interaction_type, p_interaction_subtype,
        p_learning_objective, p_bloom_taxonomy_level, p_difficulty_level, p_interaction_data,
        p_duration_seconds, p_outcome, p_knowledge_demonstration, p_misconception_indicators,
        p_learning_effectiveness, p_personalization_data, p_difficulty_adjustment, p_device_type,
        p_session_id, p_learning_environment, coalesce(p_timestamp, now())
    )
    -- without its columns, which would be looked up for each partition's indexes by each call
    ON CONFLICT DO NOTHING
    RETURNING * INTO v_event;
    IF NOT FOUND THEN
        RETURN p_id;
    END IF;

    IF v_event.section_id IS NULL AND v_event.course_id IS NOT NULL THEN
        PERFORM begin_enrollments(ARRAY[v_event.learner_id], ARRAY[v_event.course_id]);
    END IF;

    v_seconds := coalesce(v_event.duration_seconds, 0);
    v_evidence := coalesce(v_evidence, 0);
    v_help := (v_event.interaction_type = 'help_request')::integer;
    WHILE v_event.section_id IS NOT NULL LOOP
        -- Most often the row is there, and an upsert would fire the triggers of INSERT, too.
        UPDATE section_progress AS sp SET
            status = CASE
                WHEN sp.status = 'not_started' THEN 'in_progress'
                ELSE sp.status
            END,
            first_accessed = least(sp.first_accessed, v_event.timestamp),
            last_accessed = greatest(sp.last_accessed, v_event.timestamp),
            -- absurd durations must not abort the log
            total_time_spent = least(sp.total_time_spent::bigint + v_seconds, 2147483647),
            active_learning_time = least(
                sp.active_learning_time::bigint + v_seconds * v_meaningful, 2147483647
            ),
            interaction_count = sp.interaction_count + 1,
            meaningful_interactions = sp.meaningful_interactions + v_meaningful,
            help_requests = sp.help_requests + v_help,
            measures_version = sp.measures_version + v_checks + v_practice,
            comprehension_n = sp.comprehension_n + v_checks,
            comprehension_sum = sp.comprehension_sum + v_checks * v_evidence,
            application_n = sp.application_n + v_practice,
            application_sum = sp.application_sum + v_practice * v_evidence
        WHERE sp.learner_id = v_event.learner_id AND sp.section_id = v_event.section_id;
        EXIT WHEN FOUND;

        INSERT INTO section_progress (
            learner_id, section_id, course_id, status, first_accessed, last_accessed,
            total_time_spent, active_learning_time,
            interaction_count, meaningful_interactions, help_requests,
            measures_version,
            comprehension_n, comprehension_sum, application_n, application_sum
        )
        VALUES (
            v_event.learner_id, v_event.section_id, v_event.course_id, 'in_progress',
            v_event.timestamp, v_event.timestamp, v_seconds, v_seconds * v_meaningful,
            1, v_meaningful, v_help,
            v_checks + v_practice,
            v_checks, v_checks * v_evidence, v_practice, v_practice * v_evidence
        )
        ON CONFLICT (learner_id, section_id) DO NOTHING;
        EXIT WHEN FOUND;
    END LOOP;

    RETURN v_event.id;
END;
$$;

REVOKE EXECUTE ON FUNCTION record_interaction(
    uuid, uuid, interaction_type, jsonb, integer, interaction_outcome, timestamptz, uuid, uuid,
    text, text, bloom_taxonomy_level, difficulty_level, jsonb, jsonb, numeric, jsonb, jsonb, text,
    jsonb, uuid
) FROM public;

COMMENT ON FUNCTION record_interaction(
    uuid, uuid, interaction_type, jsonb, integer, interaction_outcome, timestamptz, uuid, uuid,
    text, text, bloom_taxonomy_level, difficulty_level, jsonb, jsonb, numeric, jsonb, jsonb, text,
    jsonb, uuid
) IS
'Logs an event of a learner, at p_timestamp or now. In a section, it is counted in '
'section_progress; p_course_id may be left out. Without one it is an event of p_course_id, such '
'as a course view, or of no course, such as a login. Returns its id. With p_id, a repeated call '
'stores and counts nothing. Raises 22023 for p_id without p_timestamp, 23505 for an id that '
'exists at another time, 23503 for an unknown section, course or learner and for a section of '
'another course than p_course_id, 23502 for no learner, 23514 for a time that no partition holds, '
'an infinite one or a value out of range. Locks: the key of the section, and the progress row and '
'the enrollment of the learner, until the transaction ends.';
