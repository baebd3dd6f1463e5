-- Written from src/lms_schema/measures by make generate.
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
            learner_id, course_id, utc_day, interaction_type, interactions, effectiveness_sum,
            effectiveness_count, seconds_sum
        )
        SELECT
            i.learner_id,
            i.course_id,
            (i.timestamp AT TIME ZONE 'UTC')::date,
            i.interaction_type,
            -count(*),
            -coalesce(sum(100 * i.learning_effectiveness), 0),
            -count(i.learning_effectiveness),
            -sum(coalesce(i.duration_seconds, 0))
        FROM ONLY %s AS i
        GROUP BY
            i.learner_id, i.course_id, (i.timestamp AT TIME ZONE 'UTC')::date, i.interaction_type
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
