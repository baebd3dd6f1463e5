{% set queue = source.table ~ "_delta" %}
{% block head %}
-- What changed in {{ source.table }} since the last refresh of the analytics; see
-- learning_interactions_delta for how and for the settings.
{% endblock %}
CREATE TABLE {{ queue }} (
    id bigint GENERATED ALWAYS AS IDENTITY{% block numbers %}{% endblock %} PRIMARY KEY,
{% for column in source.key %}
    {{ column.name }} {{ column.type }}{{ " NOT NULL" if not column.is_optional }},
{% endfor %}
{% for column in source.columns %}
    {{ column.name }} bigint NOT NULL{{ "," if not loop.last }}
{% endfor %}
) WITH (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1
);

{{ comment("TABLE " ~ queue, "queue of signed changes of " ~ source.table ~ "; kept by its "
~ "triggers, emptied by refresh_learning_analytics. In every snapshot " ~ summaries ~ " + queue = "
~ source.rows) }}
{{ comment("COLUMN " ~ queue ~ ".id", "number of the entry") }}
{% for column in source.key %}
{{ comment("COLUMN " ~ queue ~ "." ~ column.name, (about | default({})).get(column.name,
column.name | replace("_id", "") | replace("_", " ") | replace("utc", "UTC"))
~ ("; NULL: none" if column.is_optional else "")) }}
{% endfor %}
{% for column in source.columns %}
{{ comment("COLUMN " ~ queue ~ "." ~ column.name, "change of the " ~ column.about) }}
{% endfor %}
