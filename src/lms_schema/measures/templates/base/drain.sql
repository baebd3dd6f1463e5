{% set queue = source.table ~ "_delta" %}
{% block head %}{% endblock %}
CREATE OR REPLACE FUNCTION drain_{{ queue }}() RETURNS TABLE (
    due_learner_id uuid,
    due_course_id uuid{% block flags %}{% endblock %}

)
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- a session keeps its plans: one made for an empty queue must not walk a full one
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    -- a parameter: on Citus, now() would be that of the node which a statement is sent to
    v_now CONSTANT timestamptz := now();
BEGIN
    -- to plan what follows takes a millisecond or two
    IF NOT EXISTS (SELECT FROM {{ queue }}) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH drained AS (
        DELETE FROM {{ queue }}
        RETURNING *
    ),

{% block parts %}{% endblock %}

{% block told scoped %}
    SELECT DISTINCT
        d.learner_id,
        d.course_id
    FROM {% block due %}change{% endblock %} AS d
    INNER JOIN educational_courses AS c ON d.course_id = c.id
    WHERE c.derive_sessions{% block and_due %}{% endblock %};
{% endblock %}
END;
$$;

REVOKE EXECUTE ON FUNCTION drain_{{ queue }}() FROM public;

{{ comment("FUNCTION drain_" ~ queue ~ "()", does ~ " and empties the queue. Returns whose "
~ (returned | default("sessions are")) ~ " to be derived again. For refresh_learning_analytics, which sees to it that one runs at a time") }}
