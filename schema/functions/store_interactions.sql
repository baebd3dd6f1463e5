-- Stores and counts the events of record_interactions, in statements over all of them. Locks are
-- taken in one order, also by record_interaction: the keys of events, then progress rows, then
-- enrollments, each in the order of their ids. So nobody deadlocks.
-- depends: functions/check_event_reach functions/check_event_times
-- depends: functions/is_meaningful_interaction
CREATE OR REPLACE FUNCTION store_interactions(p_events jsonb) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the partitions were empty must not scan full ones
SET enable_seqscan = off
AS $$
DECLARE
    v_known CONSTANT text[] := ARRAY[
        'id', 'learner_id', 'section_id', 'interaction_type', 'interaction_subtype',
        'learning_objective', 'bloom_taxonomy_level', 'difficulty_level', 'interaction_data',
        'duration_seconds', 'outcome', 'knowledge_demonstration', 'misconception_indicators',
        'learning_effectiveness', 'personalization_data', 'difficulty_adjustment', 'device_type',
        'session_id', 'learning_environment', 'timestamp'
    ];
    v_element jsonb;
    v_events learning_interactions[];
    v_id uuid;
    v_ids uuid[];
    v_stored integer;
BEGIN
    SELECT e.value INTO v_element
    FROM jsonb_array_elements(p_events) AS e
    WHERE CASE jsonb_typeof(e.value) WHEN 'object' THEN e.value - v_known <> '{}' ELSE TRUE END
    LIMIT 1;
    IF jsonb_typeof(v_element) = 'object' THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format(
                'unknown key %s',
                (SELECT string_agg(quote_ident(k), ', ') FROM jsonb_object_keys(v_element - v_known) AS k)
            ),
            HINT = format('The keys of an event are %s.', array_to_string(v_known, ', '));
    ELSIF v_element IS NOT NULL THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('an event is a JSON object, not %s', jsonb_typeof(v_element));
    END IF;

    PERFORM check_event_times(p_events);
    v_events := ARRAY(SELECT e FROM jsonb_populate_recordset(NULL::learning_interactions, p_events) AS e);
    v_ids := ARRAY(SELECT e.id FROM unnest(v_events) AS e WHERE e.id IS NOT NULL);
    IF EXISTS (SELECT FROM unnest(v_events) AS e WHERE e.id IS NOT NULL AND e.timestamp IS NULL) THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'timestamp must be given with id',
            HINT = 'An event is identified by both; without its time a repeated call could '
                'not be told from a new event.';
    END IF;
    PERFORM check_event_reach(max(e.timestamp)) FROM unnest(v_events) AS e
    HAVING max(e.timestamp) > now();
    SELECT e.section_id INTO v_id
    FROM unnest(v_events) AS e
    LEFT JOIN learning_sections AS s ON e.section_id = s.id
    WHERE s.id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('section %s does not exist', coalesce(v_id::text, 'NULL')),
            CONSTRAINT = 'learning_interactions_section_id_course_id_fkey',
            TABLE = 'learning_interactions', COLUMN = 'section_id';
    END IF;

    WITH event AS (
        SELECT
            coalesce(e.id, gen_random_uuid()) AS id,
            coalesce(e.timestamp, now()) AS timestamp,
            coalesce(e.interaction_data, '{}') AS interaction_data,
            coalesce(e.outcome, 'successful') AS outcome,
            s.course_id,
            e.learner_id, e.section_id, e.interaction_type, e.interaction_subtype,
            e.learning_objective, e.bloom_taxonomy_level, e.difficulty_level, e.duration_seconds,
            e.knowledge_demonstration, e.misconception_indicators, e.learning_effectiveness,
            e.personalization_data, e.difficulty_adjustment, e.device_type, e.session_id,
            e.learning_environment,
            e.ordinality AS number
        FROM unnest(v_events) WITH ORDINALITY AS e
        INNER JOIN learning_sections AS s ON e.section_id = s.id
    ),

    stored AS (
        INSERT INTO learning_interactions (
            id, learner_id, section_id, course_id, interaction_type, interaction_subtype,
            learning_objective, bloom_taxonomy_level, difficulty_level, interaction_data,
            duration_seconds, outcome, knowledge_demonstration, misconception_indicators,
            learning_effectiveness, personalization_data, difficulty_adjustment, device_type,
            session_id, learning_environment, timestamp
        )
        -- of an event that the batch holds twice, the first one
        SELECT DISTINCT ON (e.id, e.timestamp)
            e.id, e.learner_id, e.section_id, e.course_id, e.interaction_type,
            e.interaction_subtype, e.learning_objective, e.bloom_taxonomy_level,
            e.difficulty_level, e.interaction_data, e.duration_seconds, e.outcome,
            e.knowledge_demonstration, e.misconception_indicators, e.learning_effectiveness,
            e.personalization_data, e.difficulty_adjustment, e.device_type, e.session_id,
            e.learning_environment, e.timestamp
        FROM event AS e
        ORDER BY e.id, e.timestamp, e.number
        ON CONFLICT (id, timestamp) DO NOTHING
        RETURNING learner_id, section_id, course_id, interaction_type, duration_seconds, timestamp
    ),

    counted AS (
        INSERT INTO section_progress AS sp (
            learner_id, section_id, course_id, status, first_accessed, last_accessed,
            total_time_spent, active_learning_time,
            interaction_count, meaningful_interactions, help_requests
        )
        SELECT
            e.learner_id, e.section_id, e.course_id, 'in_progress',
            min(e.timestamp), max(e.timestamp),
            -- absurd durations must not abort the log
            least(coalesce(sum(e.duration_seconds), 0), 2147483647),
            least(
                coalesce(
                    sum(e.duration_seconds)
                    FILTER (WHERE is_meaningful_interaction(e.interaction_type)),
                    0
                ), 2147483647
            ),
            count(*),
            count(*) FILTER (WHERE is_meaningful_interaction(e.interaction_type)),
            count(*) FILTER (WHERE e.interaction_type = 'help_request')
        FROM stored AS e
        GROUP BY e.learner_id, e.section_id, e.course_id
        ORDER BY e.learner_id, e.section_id
        ON CONFLICT (learner_id, section_id) DO UPDATE SET
            status = CASE sp.status WHEN 'not_started' THEN 'in_progress' ELSE sp.status END,
            first_accessed = least(sp.first_accessed, excluded.first_accessed),
            last_accessed = greatest(sp.last_accessed, excluded.last_accessed),
            total_time_spent = least(
                sp.total_time_spent::bigint + excluded.total_time_spent, 2147483647
            ),
            active_learning_time = least(
                sp.active_learning_time::bigint + excluded.active_learning_time, 2147483647
            ),
            interaction_count = sp.interaction_count + excluded.interaction_count,
            meaningful_interactions
            = sp.meaningful_interactions + excluded.meaningful_interactions,
            help_requests = sp.help_requests + excluded.help_requests
    )

    SELECT count(*) INTO v_stored FROM stored;

    -- Not before: whoever stored one of the ids at another time meanwhile, for the same learner and
    -- section, held the progress row until now.
    SELECT i.id INTO v_id
    FROM learning_interactions AS i
    WHERE i.id = ANY(v_ids)
    GROUP BY i.id
    HAVING count(*) > 1
    LIMIT 1;
    IF FOUND THEN
        RAISE unique_violation USING
            MESSAGE = format('interaction %s exists at another time', v_id),
            CONSTRAINT = 'learning_interactions_pkey',
            TABLE = 'learning_interactions';
    END IF;
    RETURN v_stored;
END;
$$;

REVOKE EXECUTE ON FUNCTION store_interactions(jsonb) FROM public;

COMMENT ON FUNCTION store_interactions(jsonb) IS
'Stores and counts the events of a batch for record_interactions, which says in its errors which '
'element is at fault.';
