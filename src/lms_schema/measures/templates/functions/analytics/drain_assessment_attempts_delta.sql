{% extends "base/drain.sql" %}
{% from "base/attempts.sql" import counted, difference %}
{% from "base/drain_parts.sql" import added_of_enrolled %}
{% from "base/sums.sql" import summed %}
{% set source = sources.assessment_attempts %}
{% set does = "counts the queued attempts in learner_assessment_summary, learner_course_summary, learner_summary and course_summary" %}
{% block head %}
-- Moves what changed in assessment_attempts into the summaries, in one statement and so in one
-- snapshot. A maximum is not additive: the pairs of learner and assessment that the queue names are
-- counted anew, through the unique index that begins with them, and what they last counted for is
-- taken back. In a snapshot every change is either counted or queued, so that this is as exact as
-- adding. An assessment that moved takes all its pairs along; a pair that is not yet known has its
-- own entry.
-- depends: functions/recount_assessment_attempts
{% endblock %}
{% block parts %}
    touched AS (
        SELECT
            d.learner_id,
            d.assessment_id
        FROM drained AS d
        WHERE d.learner_id IS NOT NULL
        UNION
        SELECT
            s.learner_id,
            s.assessment_id
        FROM learner_assessment_summary AS s
        WHERE
            s.assessment_id IN (
                SELECT d.assessment_id FROM drained AS d
                WHERE d.learner_id IS NULL
            )
    ),

{{ counted() }},

    -- read before it is written: Citus runs the parts one after another
    change AS MATERIALIZED (
        SELECT
            m.learner_id,
            m.course_id,
{{ summed(source.columns, "m") }}
        FROM (
{{ difference() }}
        ) AS m
        GROUP BY m.learner_id, m.course_id
    ),

    removed AS (
        DELETE FROM learner_assessment_summary AS s
        USING counted AS c
        WHERE
            s.assessment_id = c.assessment_id
            AND s.learner_id = c.learner_id
            AND c.attempts = 0
    ),

    kept AS (
        INSERT INTO learner_assessment_summary AS s (
            learner_id, assessment_id, course_id, attempts, best
        )
        SELECT
            c.learner_id,
            c.assessment_id,
            c.course_id,
            c.attempts,
            c.best
        FROM counted AS c
        WHERE c.attempts > 0
        ON CONFLICT (assessment_id, learner_id) DO UPDATE SET
            course_id = excluded.course_id,
            attempts = excluded.attempts,
            best = excluded.best
    ),

{{ added_of_enrolled(source) }}
{% endblock %}
