{% extends "base/drain.sql" %}
{% from "base/drain_parts.sql" import added_of_enrolled, changed %}
{% from "base/sums.sql" import summed %}
{% set source = sources.section_progress %}
{% set does = "adds what is queued of progress to learner_course_summary, learner_summary and course_summary" %}
{% block head %}
-- Moves the queue of section_progress into the summaries, in one statement and so in one snapshot.
-- Every learner's progress counts for the learner; for the course, that of whom
-- learner_course_summary knows as enrolled.
{% endblock %}
{% block parts %}
    change AS (
        SELECT
            d.learner_id,
            d.course_id,
{{ summed(source.columns, "d") }}
        FROM drained AS d
        -- others tell whose sessions are to be derived
{{ changed(source.columns, "d") }}
        GROUP BY d.learner_id, d.course_id
    ),

{{ added_of_enrolled(source) }}
{% endblock %}
{% block due %}drained{% endblock %}
