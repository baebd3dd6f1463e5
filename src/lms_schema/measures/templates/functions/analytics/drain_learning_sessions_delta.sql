{% extends "base/drain.sql" %}
{% from "base/drain_parts.sql" import added %}
{% from "base/sums.sql" import summed %}
{% set source = sources.learning_sessions %}
{% set does = "adds what is queued of sessions to learner_summary" %}
{% block head %}
-- Moves the queue of learning_sessions into learner_summary, in one statement and so in one
-- snapshot.
{% endblock %}
{% block parts %}
    change AS (
        SELECT
            d.learner_id,
{{ summed(source.columns, "d") }}
        FROM drained AS d
        GROUP BY d.learner_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("learner_summary", "learner_id", "summed", "change", source.columns,
source.shown("learner") | names) }}
{% endblock %}
{% block due %}drained{% endblock %}
{% block and_due %} AND NOT d.is_derivation{% endblock %}
