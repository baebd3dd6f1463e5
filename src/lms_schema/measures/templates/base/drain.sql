{% set queue = source.table ~ "_delta" %}
{% block head %}{% endblock %}
CREATE OR REPLACE FUNCTION drain_{{ queue }}() RETURNS void
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
        DELETE FROM {{ queue }}
        RETURNING *
    ),

{% block parts %}{% endblock %}

    SELECT TRUE INTO v_is_done;
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_{{ queue }}() FROM public;

{{ comment("FUNCTION drain_" ~ queue ~ "()", does ~ " and empties the queue. For refresh_learning_analytics, "
~ "which sees to it that one runs at a time") }}
