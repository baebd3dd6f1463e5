{% set source = sources.learning_interactions %}
-- Takes the events of a partition out of the analytics and of interaction_times, because DETACH and
-- DROP fire no trigger.
CREATE OR REPLACE FUNCTION retract_interaction_partition(p_partition regclass) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format(
        $sql$
        INSERT INTO learning_interactions_delta (
            {{ (source.key + source.columns) | names | fill(12) }}
        )
        SELECT
            {{ (source.key | values("i") + source.columns | totals("i", "-")) | lines(12) }}
        FROM ONLY %s AS i
        GROUP BY
            {{ source.key | values("i") | fill(12) }}
        $sql$,
        p_partition
    );
    EXECUTE format(
        'DELETE FROM interaction_times AS k USING ONLY %s AS i '
        'WHERE k.id = i.id AND k.timestamp = i.timestamp',
        p_partition
    );
END;
$$;

REVOKE EXECUTE ON FUNCTION retract_interaction_partition(regclass) FROM public;

COMMENT ON FUNCTION retract_interaction_partition(regclass) IS
'Appends the negated measures of a partition''s events to learning_interactions_delta and takes '
'their ids out of interaction_times. To be called in the transaction that detaches or drops the '
'partition, while it holds the lock that keeps writers off it. For the owner of the queue.';
