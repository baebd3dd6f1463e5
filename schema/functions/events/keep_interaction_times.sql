-- The id of an event is its own in all months, as the key of the table is in each.
-- A definer, because nobody else writes the keys: a writer could refuse events of others.
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
    v_rival record;
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
        WHEN 'INSERT' THEN
            SELECT array_agg(n.id), array_agg(n.timestamp) INTO v_ids, v_times FROM new_rows AS n;
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
            SELECT n.id, n.timestamp, k.timestamp AS stored INTO v_rival
            FROM unnest(v_ids, v_times) AS n (id, timestamp)
            INNER JOIN interaction_times AS k ON n.id = k.id AND n.timestamp <> k.timestamp
            LIMIT 1;
            RAISE unique_violation USING
                MESSAGE = format(
                    'interaction %s exists at another time than %s', v_rival.id, v_rival.timestamp
                ),
                DETAIL = format('It happened at %s.', v_rival.stored),
                HINT = 'Send it with the time that it has, or give the new event another id.',
                CONSTRAINT = 'learning_interactions_pkey',
                TABLE = 'learning_interactions', SCHEMA = TG_TABLE_SCHEMA, COLUMN = 'id';
        END IF;
    END IF;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION keep_interaction_times() FROM public;

COMMENT ON FUNCTION keep_interaction_times() IS
'Trigger: keeps interaction_times. Raises 23505 for an event whose id exists at another time.';
