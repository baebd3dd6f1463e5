-- The error of an event whose id is another event's: for triggers, which found fewer keys to write
-- than events.
CREATE OR REPLACE FUNCTION refuse_other_time(
    p_ids uuid[],
    p_times timestamptz[],
    p_schema text
) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    v_rival record;
BEGIN
    SELECT n.id, n.timestamp, k.timestamp AS stored INTO v_rival
    FROM unnest(p_ids, p_times) AS n (id, timestamp)
    INNER JOIN interaction_times AS k ON n.id = k.id AND n.timestamp <> k.timestamp
    LIMIT 1;
    RAISE unique_violation USING
        MESSAGE = format(
            'interaction %s exists at another time than %s', v_rival.id, v_rival.timestamp
        ),
        DETAIL = format('It happened at %s.', v_rival.stored),
        HINT = 'Send it with the time that it has, or give the new event another id.',
        CONSTRAINT = 'learning_interactions_pkey',
        TABLE = 'learning_interactions', SCHEMA = p_schema, COLUMN = 'id';
END;
$$;

REVOKE EXECUTE ON FUNCTION refuse_other_time(uuid[], timestamptz[], text) FROM public;

COMMENT ON FUNCTION refuse_other_time(uuid[], timestamptz[], text) IS
'Raises 23505 for the first of these events whose id exists at another time.';
