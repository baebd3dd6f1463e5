{# What functions that move a queue into the summaries are made of. A row to which nothing is added
is not written: other summaries may hold what was queued, or it says whose sessions to derive. #}
{% from "base/sums.sql" import summed %}
{% macro changed(columns, row="c") %}
        WHERE{{ " " if columns | length == 1 else "\n            " }}
{%- for column in columns %}
{{ row }}.{{ column.name }} <> 0{{ "\n            OR " if not loop.last }}
{%- endfor %}
{% endmacro %}
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
{{ changed(columns) }}
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
{{ changed(columns) }}
        ON CONFLICT (learner_id, course_id) DO UPDATE
            SET
{% for column in columns %}
                {{ column.name }} = s.{{ column.name }} + excluded.{{ column.name }}{{ "," if not loop.last }}
{% endfor %}
    )
{%- endmacro %}
{# Reads columns of pairs that the statement leaves as they are. From the table, which has an index:
the planner may take many queued rows for one, and would compare each with all that was returned. #}
{% macro of_pair(join) %}
        {{ join }} JOIN learner_course_summary AS o
            ON c.learner_id = o.learner_id AND c.course_id = o.course_id
{%- endmacro %}
{% macro added_of_enrolled(source) %}
{{ added_to_pair(source.columns) }},

    learner_change AS (
        SELECT
            c.learner_id,
{{ summed(source.held("learner"), "c") }}
        FROM change AS c
        GROUP BY c.learner_id
    ),

{{ added("learner_summary", "learner_id", "learner", "learner_change", source.held("learner"),
source.shown("learner") | names) }},

    course_change AS (
        SELECT
            c.course_id,
{{ summed(source.held("course"), "c") }}
        FROM change AS c
{{ of_pair("INNER") }}
        WHERE o.enrollments = 1
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("course_summary", "course_id", "summed", "course_change", source.held("course"),
source.shown("course") | names) }}
{%- endmacro %}
