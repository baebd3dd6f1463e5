{% set source = sources.learning_interactions %}
{% set names = (source.key + source.columns) | names %}
-- What follows from new events, all from one look at them, since each event pays for each look: an
-- id is of one event, whatever its month; learner and course are of one institution; and the
-- analytics follow. Without a look at TG_OP: the first expressions of a transaction cost as much as
-- a small query.
-- A definer, because nobody else writes keys and queue, and because the institution counts also of
-- rows that the writer may not see.
-- depends: functions/refuse_other_institution functions/refuse_other_time
CREATE OR REPLACE FUNCTION follow_inserted_interactions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
-- the plan that is kept must suit a table that grows
SET enable_seqscan = off
AS $$
DECLARE
    v_ids uuid[];
    v_times timestamptz[];
    v_learner_ids uuid[];
    v_course_ids uuid[];
    v_queue learning_interactions_delta[];
    v_written bigint;
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    SELECT
        array_agg(n.id), array_agg(n.timestamp),
        array_agg(n.learner_id), array_agg(n.course_id),
        array_agg(
            (
                {{ (["NULL"] + (source.key + source.columns) | values("n")) | fill(16) }}
            )::learning_interactions_delta
        )
    INTO v_ids, v_times, v_learner_ids, v_course_ids, v_queue
    FROM new_rows AS n;

    -- counted here: on Citus, ROW_COUNT would be that of the SELECT
    WITH written AS (
        INSERT INTO interaction_times (id, timestamp)
        SELECT n.id, n.timestamp
        FROM unnest(v_ids, v_times) AS n (id, timestamp)
        ON CONFLICT (id) DO NOTHING
        RETURNING id
    )

    SELECT count(*) INTO v_written FROM written;
    IF v_written < cardinality(v_ids) THEN
        PERFORM refuse_other_time(v_ids, v_times, TG_TABLE_SCHEMA);
    END IF;

    PERFORM refuse_other_institution(
        v_learner_ids, v_course_ids, TG_TABLE_SCHEMA, 'learning_interactions',
        'learning_interactions_institution_check'
    );

    INSERT INTO learning_interactions_delta (
        {{ names | fill(8) }}
    )
    SELECT
        {{ names | aliased("q") | fill(8) }}
    FROM unnest(v_queue) AS q;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION follow_inserted_interactions() FROM public;

COMMENT ON FUNCTION follow_inserted_interactions() IS
'Trigger: keeps interaction_times of new events, appends their measures to '
'learning_interactions_delta, and raises 23505 for an id that exists at another time, 23514 for a '
'learner of another institution than the course''s.';
