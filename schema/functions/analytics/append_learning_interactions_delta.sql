-- Written from src/lms_schema/measures by make generate.
-- Appends what a statement updated or deleted in learning_interactions to the queue of the
-- analytics; follow_inserted_interactions does it for what it inserted. UPDATE too is followed by
-- statement, as row triggers of partitioned tables miss a row that moves to another partition.
-- A definer, because nobody else writes the queue: a writer of events could forge figures.
CREATE OR REPLACE FUNCTION append_learning_interactions_delta() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows learning_interactions_delta[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE TG_OP
        WHEN 'DELETE' THEN
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, (r.timestamp AT TIME ZONE 'UTC')::date,
                        r.interaction_type, -count(*),
                        -coalesce(sum(100 * r.learning_effectiveness), 0),
                        -count(r.learning_effectiveness), -sum(coalesce(r.duration_seconds, 0))
                    )::learning_interactions_delta
                FROM old_rows AS r
                GROUP BY
                    r.learner_id, r.course_id, (r.timestamp AT TIME ZONE 'UTC')::date,
                    r.interaction_type
            );
        ELSE
            v_rows := ARRAY(
                SELECT
                    (
                        NULL, r.learner_id, r.course_id, r.utc_day, r.interaction_type, sum(r.sign),
                        sum(r.sign * r.effectiveness_sum), sum(r.sign * r.effectiveness_count),
                        sum(r.sign * r.seconds_sum)
                    )::learning_interactions_delta
                FROM (
                    SELECT
                        -1 AS sign,
                        o.learner_id,
                        o.course_id,
                        (o.timestamp AT TIME ZONE 'UTC')::date AS utc_day,
                        o.interaction_type,
                        coalesce((100 * o.learning_effectiveness)::integer, 0) AS effectiveness_sum,
                        num_nonnulls(o.learning_effectiveness) AS effectiveness_count,
                        coalesce(o.duration_seconds, 0) AS seconds_sum
                    FROM old_rows AS o
                    UNION ALL
                    SELECT
                        1,
                        n.learner_id,
                        n.course_id,
                        (n.timestamp AT TIME ZONE 'UTC')::date,
                        n.interaction_type,
                        coalesce((100 * n.learning_effectiveness)::integer, 0),
                        num_nonnulls(n.learning_effectiveness),
                        coalesce(n.duration_seconds, 0)
                    FROM new_rows AS n
                ) AS r
                GROUP BY r.learner_id, r.course_id, r.utc_day, r.interaction_type
                -- sums of 0, too: sessions and retention follow a time that changed
            );
    END CASE;
    INSERT INTO learning_interactions_delta (
        learner_id, course_id, utc_day, interaction_type, interactions, effectiveness_sum,
        effectiveness_count, seconds_sum
    )
    SELECT
        r.learner_id, r.course_id, r.utc_day, r.interaction_type, r.interactions,
        r.effectiveness_sum, r.effectiveness_count, r.seconds_sum
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_learning_interactions_delta() FROM public;

COMMENT ON FUNCTION append_learning_interactions_delta() IS
'Trigger: appends signed measures of the interactions that were deleted or updated to '
'learning_interactions_delta.';
