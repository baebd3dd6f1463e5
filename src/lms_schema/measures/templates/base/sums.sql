{# Sums of queued rows. #}
{% macro summed(columns, row) %}
{% for column in columns %}
            sum({{ row }}.{{ column.name }})::bigint AS {{ column.name }}{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
{% macro typed(types, row) %}
{% for type in types | names %}
            coalesce(
                sum({{ row }}.interactions) FILTER (WHERE {{ row }}.interaction_type = '{{ type }}'), 0
            )::bigint AS {{ type }}{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
