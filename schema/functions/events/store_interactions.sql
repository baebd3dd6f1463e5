-- Stores and counts the events of record_interactions, in statements over all of them. Locks are
-- taken in one order, also by record_interaction: sections, events, progress rows, then
-- enrollments, each in the order of their keys. So nobody deadlocks.
-- depends: functions/begin_enrollments
-- depends: functions/check_event_period functions/check_event_times
-- depends: functions/is_meaningful_interaction functions/lock_sections functions/outcome_evidence
CREATE OR REPLACE FUNCTION store_interactions(p_events jsonb) RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made while the partitions were empty must not scan full ones
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- and arrays would be planned anew at each call
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    v_known CONSTANT text[] := ARRAY(
        SELECT k.key
        FROM json_object_keys(to_json(jsonb_populate_record(NULL::learning_interactions, '{}')))
            AS k (key)
        WHERE k.key <> 'sectionless_course_id' -- which is generated
    );
    v_element jsonb;
    v_events learning_interactions[];
    v_batch record;
    v_wrong record;
    v_stored integer;
    v_begun_learner_ids uuid[];
    v_begun_course_ids uuid[];
    v_learner_ids uuid[];
    v_section_ids uuid[];
    v_course_ids uuid[];
    v_new_learner_ids uuid[];
    v_new_section_ids uuid[];
    v_new_course_ids uuid[];
    v_first timestamptz[];
    v_last timestamptz[];
    v_seconds bigint[];
    v_active bigint[];
    v_interactions bigint[];
    v_meaningful bigint[];
    v_help bigint[];
    v_checks integer[];
    v_checks_sum bigint[];
    v_practice integer[];
    v_practice_sum bigint[];
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
    SELECT
        bool_or(e.id IS NOT NULL AND e.timestamp IS NULL) AS is_timeless,
        max(e.timestamp) AS latest,
        array_agg(DISTINCT e.section_id) AS section_ids
    INTO v_batch
    FROM unnest(v_events) AS e;
    IF v_batch.is_timeless THEN
        RAISE invalid_parameter_value USING
            MESSAGE = 'timestamp must be given with id',
            HINT = 'An event is identified by both; without its time a repeated call could '
                'not be told from a new event.';
    END IF;
    IF v_batch.latest > now() THEN
        PERFORM check_event_period(v_batch.latest);
    END IF;

    PERFORM lock_sections(v_batch.section_ids);
    SELECT e.section_id, e.course_id AS given, s.course_id INTO v_wrong
    FROM unnest(v_events) AS e
    LEFT JOIN learning_sections AS s ON e.section_id = s.id
    WHERE e.section_id IS NOT NULL AND (s.id IS NULL OR s.course_id <> e.course_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format(
                'section %s ' || CASE
                    WHEN v_wrong.course_id IS NULL THEN 'does not exist'
                    ELSE 'is of course %s, not of %s'
                END, v_wrong.section_id, v_wrong.course_id, v_wrong.given
            ),
            HINT = 'Give the id of a row of learning_sections, and leave its course out.',
            CONSTRAINT = 'learning_interactions_section_id_course_id_fkey',
            TABLE = 'learning_interactions', COLUMN = 'section_id';
    END IF;

    SET LOCAL plan_cache_mode = auto; -- Citus has no generic plan for INSERT ... SELECT
    WITH stored AS (
        INSERT INTO learning_interactions (
            id, learner_id, section_id, course_id, interaction_type, interaction_subtype,
            learning_objective, bloom_taxonomy_level, difficulty_level, interaction_data,
            duration_seconds, outcome, knowledge_demonstration, misconception_indicators,
            learning_effectiveness, personalization_data, difficulty_adjustment, device_type,
            session_id, learning_environment, timestamp
        )
        -- of an event that the batch holds twice, the first one
        SELECT DISTINCT ON (e.id, e.timestamp, CASE WHEN e.id IS NULL THEN e.ordinality END)
            coalesce(e.id, gen_random_uuid()), e.learner_id, e.section_id,
            coalesce(s.course_id, e.course_id),
            e.interaction_type, e.interaction_subtype,
            e.learning_objective, e.bloom_taxonomy_level, e.difficulty_level,
            coalesce(e.interaction_data, '{}'),
            e.duration_seconds, e.outcome, e.knowledge_demonstration,
            e.misconception_indicators,
            e.learning_effectiveness, e.personalization_data, e.difficulty_adjustment,
            e.device_type,
            e.session_id, e.learning_environment, coalesce(e.timestamp, now())
        FROM unnest(v_events) WITH ORDINALITY AS e
        LEFT JOIN learning_sections AS s ON e.section_id = s.id
        ORDER BY e.id, e.timestamp, CASE WHEN e.id IS NULL THEN e.ordinality END, e.ordinality
        ON CONFLICT (id, timestamp) DO NOTHING
        RETURNING
            learner_id, section_id, course_id, interaction_type, duration_seconds, outcome,
            timestamp
    ),

    counted AS (
        SELECT
            e.learner_id,
            e.section_id,
            e.course_id,
            min(e.timestamp) AS first_accessed,
            max(e.timestamp) AS last_accessed,
            -- absurd durations must not abort the log
            least(coalesce(sum(e.duration_seconds), 0), 2147483647) AS seconds,
            least(
                coalesce(
                    sum(e.duration_seconds)
                    FILTER (WHERE is_meaningful_interaction(e.interaction_type)),
                    0
                ), 2147483647
            ) AS active_seconds,
            count(*) AS interactions,
            count(*) FILTER (WHERE is_meaningful_interaction(e.interaction_type)) AS meaningful,
            count(*) FILTER (WHERE e.interaction_type = 'help_request') AS help_requests,
            count(outcome_evidence(e.outcome))
                FILTER (WHERE e.interaction_type = 'knowledge_check') AS checks,
            sum(outcome_evidence(e.outcome))
                FILTER (WHERE e.interaction_type = 'knowledge_check') AS checks_sum,
            count(outcome_evidence(e.outcome))
                FILTER (WHERE e.interaction_type = 'practice_activity') AS practice,
            sum(outcome_evidence(e.outcome))
                FILTER (WHERE e.interaction_type = 'practice_activity') AS practice_sum
        FROM stored AS e
        WHERE e.section_id IS NOT NULL
        GROUP BY e.learner_id, e.section_id, e.course_id
    ),

    -- events of a course without a section
    begun AS (
        SELECT DISTINCT e.learner_id, e.course_id
        FROM stored AS e
        WHERE e.section_id IS NULL AND e.course_id IS NOT NULL
    )

    SELECT
        (SELECT count(*) FROM stored),
        (SELECT array_agg(b.learner_id ORDER BY b.learner_id, b.course_id) FROM begun AS b),
        (SELECT array_agg(b.course_id ORDER BY b.learner_id, b.course_id) FROM begun AS b),
        array_agg(c.learner_id), array_agg(c.section_id), array_agg(c.course_id),
        array_agg(c.first_accessed), array_agg(c.last_accessed), array_agg(c.seconds),
        array_agg(c.active_seconds), array_agg(c.interactions), array_agg(c.meaningful),
        array_agg(c.help_requests),
        array_agg(c.checks), array_agg(coalesce(c.checks_sum, 0)),
        array_agg(c.practice), array_agg(coalesce(c.practice_sum, 0))
    INTO
        v_stored, v_begun_learner_ids, v_begun_course_ids,
        v_learner_ids, v_section_ids, v_course_ids, v_first, v_last, v_seconds, v_active,
        v_interactions, v_meaningful, v_help, v_checks, v_checks_sum, v_practice, v_practice_sum
    FROM counted AS c;
    SET LOCAL plan_cache_mode = force_generic_plan;

    -- Rows that are missing start empty, which writes no enrollment; then one UPDATE counts. An
    -- upsert would fire the triggers of INSERT and of UPDATE, and each would lock enrollments in the
    -- order of their keys, but one after the other: batches would deadlock.
    SELECT array_agg(k.learner_id), array_agg(k.section_id), array_agg(k.course_id)
    INTO v_new_learner_ids, v_new_section_ids, v_new_course_ids
    FROM unnest(v_learner_ids, v_section_ids, v_course_ids) AS k (learner_id, section_id, course_id)
    WHERE NOT EXISTS (
        SELECT FROM section_progress AS sp
        WHERE sp.learner_id = k.learner_id AND sp.section_id = k.section_id
    );
    IF v_new_learner_ids IS NOT NULL THEN
        SET LOCAL plan_cache_mode = auto;
        INSERT INTO section_progress (learner_id, section_id, course_id, status)
        SELECT k.learner_id, k.section_id, k.course_id, 'in_progress'
        FROM unnest(v_new_learner_ids, v_new_section_ids, v_new_course_ids)
            AS k (learner_id, section_id, course_id)
        ORDER BY k.learner_id, k.section_id
        ON CONFLICT (learner_id, section_id) DO NOTHING;
        SET LOCAL plan_cache_mode = force_generic_plan;
    END IF;

    IF v_begun_learner_ids IS NOT NULL THEN
        PERFORM FROM unnest(v_learner_ids, v_section_ids) AS k (learner_id, section_id)
        INNER JOIN section_progress AS sp
            ON k.learner_id = sp.learner_id AND k.section_id = sp.section_id
        ORDER BY k.learner_id, k.section_id
        FOR NO KEY UPDATE OF sp;
        PERFORM begin_enrollments(
            v_begun_learner_ids, v_begun_course_ids, v_learner_ids, v_course_ids
        );
    END IF;

    WITH locked AS MATERIALIZED (
        SELECT sp.id, k.*
        FROM unnest(
            v_learner_ids, v_section_ids, v_first, v_last, v_seconds, v_active, v_interactions,
            v_meaningful, v_help, v_checks, v_checks_sum, v_practice, v_practice_sum
        ) AS k (
            learner_id, section_id, first_accessed, last_accessed, seconds, active_seconds,
            interactions, meaningful, help_requests, checks, checks_sum, practice, practice_sum
        )
        INNER JOIN section_progress AS sp
            ON k.learner_id = sp.learner_id AND k.section_id = sp.section_id
        ORDER BY k.learner_id, k.section_id
        FOR NO KEY UPDATE OF sp
    )

    UPDATE section_progress AS sp SET
        status = CASE
            WHEN sp.status = 'not_started' THEN 'in_progress'
            ELSE sp.status
        END,
        first_accessed = least(sp.first_accessed, k.first_accessed),
        last_accessed = greatest(sp.last_accessed, k.last_accessed),
        total_time_spent = least(sp.total_time_spent::bigint + k.seconds, 2147483647),
        active_learning_time = least(
            sp.active_learning_time::bigint + k.active_seconds, 2147483647
        ),
        interaction_count = sp.interaction_count + k.interactions,
        meaningful_interactions = sp.meaningful_interactions + k.meaningful,
        help_requests = sp.help_requests + k.help_requests,
        measures_version = sp.measures_version + (k.checks + k.practice > 0)::integer,
        comprehension_n = sp.comprehension_n + k.checks,
        comprehension_sum = sp.comprehension_sum + k.checks_sum,
        application_n = sp.application_n + k.practice,
        application_sum = sp.application_sum + k.practice_sum
    FROM locked AS k
    WHERE sp.id = k.id;

    RETURN v_stored;
END;
$$;

REVOKE EXECUTE ON FUNCTION store_interactions(jsonb) FROM public;

COMMENT ON FUNCTION store_interactions(jsonb) IS
'Stores and counts the events of a batch for record_interactions, which says in its errors which '
'element is at fault.';
