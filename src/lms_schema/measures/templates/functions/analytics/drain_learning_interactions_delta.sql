{% from "base/drain.sql" import added, summed %}
{% set source = sources.learning_interactions %}
-- Moves the queue of learning_interactions into learner_summary, in one statement and so in one
-- snapshot.
CREATE OR REPLACE FUNCTION drain_learning_interactions_delta() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
    v_is_done boolean;
BEGIN
    WITH drained AS (
        DELETE FROM learning_interactions_delta
        RETURNING *
    ),

    change AS (
        SELECT
            d.learner_id,
{% for type in source.types %}
            coalesce(
                sum(d.interactions) FILTER (WHERE d.interaction_type = '{{ type.name }}'), 0
            )::bigint AS {{ type.name }},
{% endfor %}
{{ summed(source.held("learner"), "d") }}
        FROM drained AS d
        GROUP BY d.learner_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("learner_summary", "learner_id", "summed", "change",
source.types + source.held("learner"),
["preferred_interaction_type"] + source.shown("learner") | names) }}

    SELECT TRUE INTO v_is_done;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_learning_interactions_delta() FROM public;

COMMENT ON FUNCTION drain_learning_interactions_delta() IS
'Adds what is queued of events to learner_summary and empties the queue. For '
'refresh_learning_analytics, which sees to it that one runs at a time.';
