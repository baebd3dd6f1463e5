{% extends "base/drain.sql" %}
{% from "base/drain_parts.sql" import added, added_to_pair, of_pair %}
{% from "base/sums.sql" import summed %}
{% set source = sources.course_enrollments %}
{% set brought = sources.section_progress.held("course") + sources.assessment_attempts.held("course") %}
{% set does = "adds what is queued of enrollments to learner_course_summary, learner_summary and course_summary" %}
{% block head %}
-- Moves the queue of course_enrollments into the summaries, in one statement and so in one
-- snapshot. The dashboard counts progress and attempts of enrolled learners: who enrolls brings
-- along what learner_course_summary holds, who leaves takes it away.
{% endblock %}
{% block parts %}
    change AS (
        SELECT
            d.learner_id,
            d.course_id,
{{ summed(source.columns, "d") }}
        FROM drained AS d
        GROUP BY d.learner_id, d.course_id
    ),

{{ added_to_pair(source.columns[:1]) }},

    learner_change AS (
        SELECT
            c.learner_id,
{{ summed(source.held("learner"), "c") }}
        FROM change AS c
        GROUP BY c.learner_id
    ),

{{ added("learner_summary", "learner_id", "learner", "learner_change", source.held("learner"),
source.shown("learner") | names) }},

    -- enrollments is 0 or 1, and its change -1, 0 or 1: what a learner brings along, or takes away
    course_change AS (
        SELECT
            c.course_id,
{{ summed(source.held("course"), "c") }},
{% for column in brought %}
            coalesce(sum(c.enrollments * o.{{ column.name }}), 0)::bigint AS {{ column.name }}{{ "," if not loop.last }}
{% endfor %}
        FROM change AS c
{{ of_pair("LEFT") }}
        GROUP BY c.course_id
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("course_summary", "course_id", "summed", "course_change", source.held("course") + brought,
(source.shown("course") + sources.section_progress.shown("course")
+ sources.assessment_attempts.shown("course")) | names) }}
{% endblock %}
