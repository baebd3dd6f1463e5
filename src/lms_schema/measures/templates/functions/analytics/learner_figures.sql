{% extends "base/figures.sql" %}
{% from "base/attempts.sql" import counted, difference %}
{% from "base/figures_parts.sql" import queued, total %}
{% from "base/sums.sql" import typed %}
{% set subject = "learner" %}
{% set about = "a learner, over all courses," %}
{% set summary = learner %}
{% macro queued_of(source) %}
        (
            SELECT
{{ total(source.held("learner"), "d") }}
            FROM (
{{ queued(source, "learner_id", source.held("learner") | names) }}
            ) AS d
        ) AS {{ source.table }}
{%- endmacro %}
{% block head %}
-- Figures of a learner as the tables have them: what the last refresh added up, and what is queued
-- since. By index for one learner, so that it costs what is queued for them.
-- A definer, because nobody reads the queues; so it asks by itself whether the caller may read.
-- depends: functions/may_read_learner_figures functions/recount_assessment_attempts
{% endblock %}
{% block parts %}
    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM assessment_attempts_delta AS d
        WHERE d.learner_id = p_learner_id AND NOT v_is_stale
        UNION
        SELECT
            t.learner_id,
            t.assessment_id
        FROM assessment_attempts AS t
        WHERE t.learner_id = p_learner_id AND v_is_stale
    ),

{{ counted() }},

    change AS (
        SELECT *
        FROM
{{ queued_of(sources.course_enrollments) }}
        CROSS JOIN
{{ queued_of(sources.section_progress) }}
        CROSS JOIN
        (
            SELECT
{{ total(sources.assessment_attempts.held("learner"), "m") }}
            FROM (
{{ difference("known") }}
            ) AS m
        ) AS assessment_attempts
        CROSS JOIN
{{ queued_of(sources.learning_sessions) }}
        CROSS JOIN
        (
            SELECT
{{ typed(sources.learning_interactions.types, "d") }},
{{ total(sources.learning_interactions.held("learner"), "d") }}
            FROM (
{{ queued(sources.learning_interactions, "learner_id",
["interaction_type", "interactions"] + sources.learning_interactions.held("learner") | names) }}
            ) AS d
        ) AS learning_interactions
    )
{% endblock %}
