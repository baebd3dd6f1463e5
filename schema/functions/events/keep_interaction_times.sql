-- The id of an event is its own in all months, as the key of the table is in each. Of new events:
-- follow_inserted_interactions.
-- A definer, because nobody else writes the keys: a writer could refuse events of others.
-- depends: functions/refuse_other_time
CREATE OR REPLACE FUNCTION keep_interaction_times() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
-- the plan that is kept must suit a table that grows
SET enable_seqscan = off
AS $$
DECLARE
    v_former_ids uuid[];
    v_ids uuid[];
    v_times timestamptz[];
    v_written bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM interaction_times AS k
        WHERE NOT EXISTS (
            SELECT FROM learning_interactions AS i
            WHERE i.id = k.id AND i.timestamp = k.timestamp
        );
        RETURN NULL;
    END IF;
    CASE TG_OP
        WHEN 'DELETE' THEN
            v_former_ids := ARRAY(SELECT o.id FROM old_rows AS o);
        ELSE
            v_former_ids := ARRAY(
                SELECT k.id
                FROM (
                    SELECT o.id, o.timestamp FROM old_rows AS o
                    EXCEPT
                    SELECT n.id, n.timestamp FROM new_rows AS n
                ) AS k
            );
            SELECT array_agg(k.id), array_agg(k.timestamp) INTO v_ids, v_times
            FROM (
                SELECT n.id, n.timestamp FROM new_rows AS n
                EXCEPT
                SELECT o.id, o.timestamp FROM old_rows AS o
            ) AS k;
    END CASE;
    IF v_former_ids <> '{}' THEN
        DELETE FROM interaction_times AS k WHERE k.id = ANY(v_former_ids);
    END IF;
    IF v_ids IS NOT NULL THEN
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
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_interaction_times() FROM public;

COMMENT ON FUNCTION keep_interaction_times() IS
'Trigger: keeps interaction_times when events change or go. Raises 23505 for an event whose id '
'exists at another time.';
