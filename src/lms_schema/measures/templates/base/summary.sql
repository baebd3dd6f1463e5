{# What the tables of summaries have in common: columns and their comments. #}
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
{% macro comments(table, columns) %}
{% for column in columns %}
{{ comment("COLUMN " ~ table ~ "." ~ column.name, column.about) }}{{ "\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
