{% extends "base/figures.sql" %}
{% from "base/attempts.sql" import counted, difference %}
{% from "base/figures_parts.sql" import queued, total %}
{% from "base/sums.sql" import summed %}
{% set subject = "course" %}
{% set about = "a course, over its enrolled learners," %}
{% set summary = course %}
{% set brought = sources.section_progress.held("course") + sources.assessment_attempts.held("course") %}
{% macro is_enrolled(row) -%}
EXISTS (
                        SELECT FROM course_enrollments AS n
                        WHERE n.course_id = p_course_id AND n.learner_id = {{ row }}.learner_id
                    )
{%- endmacro %}
{% block head %}
-- Figures of a course as the tables have them: what the last refresh added up, and what is queued
-- since. Of progress and attempts that are queued those of enrolled learners count; who enrolled
-- since brings along what learner_course_summary holds, who left takes it away.
-- A definer, because nobody reads the queues; so it asks by itself whether the caller may read.
-- depends: functions/may_read_course_figures functions/recount_assessment_attempts
{% endblock %}
{% block parts %}
    -- those of the course, and those that left it
    assessment AS (
        SELECT a.id
        FROM educational_assessments AS a
        WHERE a.course_id = p_course_id
        UNION
        SELECT d.assessment_id
        FROM assessment_attempts_delta AS d
        WHERE d.course_id = p_course_id
    ),

    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts_delta AS d ON a.id = d.assessment_id
        WHERE d.learner_id IS NOT NULL AND NOT v_is_stale
        UNION
        SELECT
            k.learner_id,
            k.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts_delta AS d ON a.id = d.assessment_id
        INNER JOIN known AS k ON d.assessment_id = k.assessment_id
        WHERE d.learner_id IS NULL
        UNION
        SELECT
            t.learner_id,
            t.assessment_id
        FROM assessment AS a
        INNER JOIN assessment_attempts AS t ON a.id = t.assessment_id
        WHERE v_is_stale
    ),

{{ counted() }},

    enrollment AS (
        SELECT
            d.learner_id,
{{ summed(sources.course_enrollments.held("course"), "d") }}
        FROM (
{{ queued(sources.course_enrollments, "course_id",
["learner_id"] + sources.course_enrollments.held("course") | names) }}
        ) AS d
        GROUP BY d.learner_id
    ),

    -- enrollments is 0 or 1, and its change -1, 0 or 1: what a learner brings along, or takes away
    moved AS (
        SELECT
            {% for column in brought %}e.enrollments * p.{{ column.name }} AS {{ column.name }}{{ ",\n            " if not loop.last }}{% endfor %}

        FROM enrollment AS e
        INNER JOIN learner_course_summary AS p ON e.learner_id = p.learner_id
        WHERE p.course_id = p_course_id AND e.enrollments <> 0 AND NOT v_is_stale
    ),

    change AS (
        SELECT *
        FROM
        (
            SELECT
{{ total(sources.course_enrollments.held("course"), "e") }}
            FROM enrollment AS e
        ) AS course_enrollments
        CROSS JOIN
        (
            SELECT
{{ total(sources.section_progress.held("course"), "q") }}
            FROM (
                SELECT
                    {{ sources.section_progress.held("course") | names | aliased("d") | lines(20) }}
                FROM (
{{ queued(sources.section_progress, "course_id",
["learner_id"] + sources.section_progress.held("course") | names) }}
                ) AS d
                WHERE
                    {{ is_enrolled("d") }}
                UNION ALL
                SELECT
                    {{ sources.section_progress.held("course") | names | aliased("v") | lines(20) }}
                FROM moved AS v
            ) AS q
        ) AS section_progress
        CROSS JOIN
        (
            SELECT
{{ total(sources.assessment_attempts.held("course"), "q") }}
            FROM (
                SELECT
                    {{ sources.assessment_attempts.held("course") | names | aliased("m") | lines(20) }}
                FROM (
{{ difference("known") }}
                ) AS m
                WHERE
                    m.course_id = p_course_id
                    AND {{ is_enrolled("m") }}
                UNION ALL
                SELECT
                    {{ sources.assessment_attempts.held("course") | names | aliased("v") | lines(20) }}
                FROM moved AS v
            ) AS q
        ) AS assessment_attempts
    )
{% endblock %}
