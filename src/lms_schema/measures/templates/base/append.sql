{% set queue = source.table ~ "_delta" %}
{% set key = source.key | names | aliased("r") %}
{% macro gathered(rows, sign="") %}
            v_rows := ARRAY(
                SELECT
                    (
                        {{ (["NULL"] + source.key | values("r") + source.columns | totals("r", sign)) | fill(24) }}
                    )::{{ queue }}
                FROM {{ rows }} AS r
                GROUP BY
                    {{ source.key | values("r") | fill(20) }}
            );
{%- endmacro %}
{% macro changed(sign, row, table, named=False) %}
                    SELECT
                        {{ sign }}{{ " AS sign" if named }},
                        {{ source.key | values(row, named=named) | lines(24) }},
                        {{ source.columns | rejectattr("value", "eq", "1") | values(row, named=named) | lines(24) }}
                    FROM {{ table }} AS {{ row }}
{%- endmacro %}
{% block head %}{% endblock %}
CREATE OR REPLACE FUNCTION append_{{ queue }}() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
-- a caller may have asked for a generic plan, and Citus has none for INSERT ... SELECT
SET plan_cache_mode = auto
AS $$
DECLARE
    v_rows {{ queue }}[];
BEGIN
    -- gathered before they are stored: Citus sends an INSERT on, where no transition table is
    CASE TG_OP
{% for operation in operations %}
        {{ "ELSE" if loop.last else "WHEN '" ~ operation ~ "' THEN" }}
{% if operation == "INSERT" %}
{{ gathered("new_rows") }}
{% elif operation == "DELETE" %}
{{ gathered("old_rows", "-") }}
{% else %}
{% set signed = source.columns | signed("r") %}
            v_rows := ARRAY(
                SELECT
                    (
                        {{ (["NULL"] + key + signed) | fill(24) }}
                    )::{{ queue }}
                FROM (
{{ changed(-1, "o", "old_rows", named=True) }}
                    UNION ALL
{{ changed(1, "n", "new_rows") }}
                ) AS r
                GROUP BY {{ key | join(", ") }}
{% block having scoped %}
                HAVING
                    {{ signed | join(" <> 0\n                    OR ") }} <> 0
{% endblock %}
            );
{% endif %}
{% endfor %}
    END CASE;
    INSERT INTO {{ queue }} (
        {{ ((source.key + source.columns) | names) | fill(8) }}
    )
    SELECT
        {{ ((source.key + source.columns) | names) | aliased("r") | fill(8) }}
    FROM unnest(v_rows) AS r;
    RETURN NULL;
END;
$$;

REVOKE EXECUTE ON FUNCTION append_{{ queue }}() FROM public;

{{ comment("FUNCTION append_" ~ queue ~ "()", "trigger: appends signed measures of the "
~ source.rows ~ " that were " ~ operations.values() | join(" or ") ~ " to " ~ queue) }}
