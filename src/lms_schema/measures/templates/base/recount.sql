-- {{ source.table }} counted from the table: grain and measures of {{ source.table }}_delta.
CREATE OR REPLACE FUNCTION recount_{{ source.table }}() RETURNS TABLE (
{% for column in source.key %}
    {{ column.name }} {{ column.type }},
{% endfor %}
{% for column in source.columns %}
    {{ column.name }} bigint{{ "," if not loop.last }}
{% endfor %}
)
LANGUAGE sql
STABLE PARALLEL SAFE
SET search_path FROM CURRENT
-- a string: on Citus no function may record a dependency on a table
AS $$
    SELECT
        {{ (source.key | values("r") + source.columns | totals("r")) | lines(8) }}
    FROM {{ source.table }} AS r
    GROUP BY
        {{ source.key | values("r") | fill(8) }};
$$;

REVOKE EXECUTE ON FUNCTION recount_{{ source.table }}() FROM public;

{{ comment("FUNCTION recount_" ~ source.table ~ "()", "what the analytics hold of " ~ source.table
~ " when nothing is queued, counted from the table: what rebuild_learning_analytics starts from "
~ "and check_learning_analytics compares with") }}
