{# What functions that compute figures in the reader's snapshot are made of. #}
{% macro total(columns, row) %}
{% for column in columns %}
                coalesce(sum({{ row }}.{{ column.name }}), 0)::bigint AS {{ column.name }}{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
{% macro queued(source, key, names) %}
                SELECT
                    {{ names | aliased("d") | lines(20) }}
                FROM {{ source.table }}_delta AS d
                WHERE d.{{ key }} = p_{{ key }} AND NOT v_is_stale
                UNION ALL
                SELECT
                    {{ names | aliased("r") | lines(20) }}
                FROM recount_{{ source.table }}() AS r
                WHERE r.{{ key }} = p_{{ key }} AND v_is_stale
{%- endmacro %}
