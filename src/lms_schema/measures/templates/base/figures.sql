{# Figures in the reader's snapshot. A child fills in `change`: one row, what is to be added to the
sums of the summary. #}
{% from "base/summary.sql" import preferred %}
{% set types = sources.learning_interactions.types if subject == "learner" else [] %}
{% block head %}{% endblock %}
CREATE OR REPLACE FUNCTION {{ subject }}_figures(p_{{ subject }}_id uuid) RETURNS TABLE (
{% for figure in summary.figures %}
    {{ figure.name }} {{ "numeric" if figure.formula else "bigint" }}{{ "," if types or not loop.last }}
{% endfor %}
{% if types %}
    preferred_interaction_type interaction_type
{% endif %}
)
LANGUAGE plpgsql
-- restricted: a parallel worker cannot tell the role of the caller
STABLE PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path FROM CURRENT
-- one plan for all keys, and by index, whatever the queues held when it was made
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    -- a TRUNCATE is not queued: until the next refresh everything is counted
    v_is_stale CONSTANT boolean := EXISTS (
        SELECT FROM analytics_rebuild_request AS r WHERE r.course_id IS NULL
    );
BEGIN
    IF NOT may_read_{{ subject }}_figures(p_{{ subject }}_id) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH known AS NOT MATERIALIZED (
        SELECT s.*
        FROM learner_assessment_summary AS s
        WHERE NOT v_is_stale
    ),

{% block parts %}{% endblock %}

    SELECT
{% for figure in summary.figures %}
        {{ figure.formula or figure.name }}{{ "," if types or not loop.last }}
{% endfor %}
{% if types %}
{{ preferred(types) }}
{% endif %}
    FROM (
        SELECT
{% for column in summary.columns + types %}
            coalesce(s.{{ column.name }}, 0) + c.{{ column.name }} AS {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
        FROM change AS c
        LEFT JOIN {{ subject }}_summary AS s
            ON s.{{ subject }}_id = p_{{ subject }}_id AND NOT v_is_stale
    ) AS t;
END;
$$;

REVOKE EXECUTE ON FUNCTION {{ subject }}_figures(uuid) FROM public;

{{ comment("FUNCTION " ~ subject ~ "_figures(uuid)", "figures of " ~ about ~ " in the snapshot of the reader: what " ~ subject
~ "_summary holds and what is queued; no row where the caller may not read them. A definer: nobody reads the queues. "
~ "For " ~ subject ~ "_analytics, whose columns are described there") }}
