-- Written from src/lms_schema/measures by make generate.
-- learning_interactions counted from the table: grain and measures of learning_interactions_delta.
CREATE OR REPLACE FUNCTION recount_learning_interactions() RETURNS TABLE (
    learner_id uuid,
    course_id uuid,
    utc_day date,
    interaction_type interaction_type,
    interactions bigint,
    effectiveness_sum bigint,
    effectiveness_count bigint,
    seconds_sum bigint
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a string: on Citus no function may record a dependency on a table
AS $$
    SELECT
        r.learner_id,
        r.course_id,
        (r.timestamp AT TIME ZONE 'UTC')::date,
        r.interaction_type,
        count(*),
        coalesce(sum(100 * r.learning_effectiveness), 0),
        count(r.learning_effectiveness),
        sum(coalesce(r.duration_seconds, 0))
    FROM learning_interactions AS r
    GROUP BY
        r.learner_id, r.course_id, (r.timestamp AT TIME ZONE 'UTC')::date, r.interaction_type;
$$;

REVOKE EXECUTE ON FUNCTION recount_learning_interactions() FROM public;

COMMENT ON FUNCTION recount_learning_interactions() IS
'What the analytics hold of learning_interactions when nothing is queued, counted from the table: '
'what rebuild_learning_analytics starts from and check_learning_analytics compares with.';
