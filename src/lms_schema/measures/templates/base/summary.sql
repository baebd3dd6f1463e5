{# What is said of summaries, and of figures that are computed from sums: columns and comments. #}
{% macro sums(columns) %}
{% for column in columns %}
    {{ column.name }} bigint NOT NULL DEFAULT 0{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
{% macro formulas(figures) %}
{% for figure in figures %}
    {{ figure.name }} numeric GENERATED ALWAYS AS (
        {{ figure.formula }}
    ) STORED{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
{% macro preferred(types) %}
        CASE greatest(
            {{ types | names | fill(12) }}
        )
            WHEN 0 THEN NULL
{% for type in types | names %}
            WHEN {{ type }} THEN '{{ type }}'::interaction_type
{% endfor %}
        END
{%- endmacro %}
{% macro comments(table, columns) %}
{% for column in columns %}
{{ comment("COLUMN " ~ table ~ "." ~ column.name, column.about) }}{{ "\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
