{# What functions that move a queue into the summaries have in common. #}
{% macro added(summary, key, part, change, columns, shown) %}
    {{ part }} AS (
        INSERT INTO {{ summary }} AS s (
            {{ ([key, "changed_at"] + columns | names) | fill(12) }}
        )
        SELECT
            c.{{ key }},
            v_now,
{% for column in columns %}
            coalesce(o.{{ column.name }}, 0) + c.{{ column.name }}{{ "," if not loop.last }}
{% endfor %}
        FROM {{ change }} AS c
        LEFT JOIN {{ summary }} AS o ON c.{{ key }} = o.{{ key }}
        ON CONFLICT ({{ key }}) DO UPDATE SET
{% for column in columns %}
            {{ column.name }} = excluded.{{ column.name }},
{% endfor %}
            changed_at = CASE
                WHEN (
                    {{ shown | aliased("s") | fill(20) }}
                ) IS DISTINCT FROM (
                    {{ shown | aliased("excluded") | fill(20) }}
                ) THEN excluded.changed_at
                ELSE s.changed_at
            END
    )
{%- endmacro %}
{% macro added_to_pair(columns) %}
    pair AS (
        INSERT INTO learner_course_summary AS s (
            {{ (["learner_id", "course_id"] + columns | names) | fill(12) }}
        )
        SELECT
            c.learner_id,
            c.course_id,
            {{ columns | names | aliased("c") | lines(12) }}
        FROM change AS c
        ON CONFLICT (learner_id, course_id) DO UPDATE
            SET
{% for column in columns %}
                {{ column.name }} = s.{{ column.name }} + excluded.{{ column.name }}{{ "," if not loop.last }}
{% endfor %}
        RETURNING s.*
    )
{%- endmacro %}
{% macro summed(columns, row, factor="") %}
{% for column in columns %}
            sum({{ factor }}{{ row }}.{{ column.name }})::bigint AS {{ column.name }}{{ ",\n" if not loop.last }}
{%- endfor %}
{%- endmacro %}
