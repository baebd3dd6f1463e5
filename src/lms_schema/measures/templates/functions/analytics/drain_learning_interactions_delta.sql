{% extends "base/drain.sql" %}
{% from "base/drain_parts.sql" import added %}
{% from "base/sums.sql" import summed, typed %}
{% set source = sources.learning_interactions %}
{% set does = "adds what is queued of events to learner_summary and learner_day_summary" %}
{% set returned = "sessions, and whose retention, are" %}
{% block head %}
-- Moves the queue of learning_interactions into learner_summary and learner_day_summary, in one
-- statement and so in one snapshot.
-- depends: functions/is_meaningful_interaction
{% endblock %}
{% block parts %}
    change AS (
        SELECT
            d.learner_id,
{{ typed(source.types, "d") }},
{{ summed(source.held("learner"), "d") }}
        FROM drained AS d
        GROUP BY d.learner_id
    ),

    -- what belongs to no course is on no course's time axis
    daily AS (
        INSERT INTO learner_day_summary AS s (
            course_id, utc_day, learner_id, interactions, meaningful_interactions, seconds_sum
        )
        SELECT
            d.course_id,
            d.utc_day,
            d.learner_id,
            sum(d.interactions)::bigint,
            coalesce(
                sum(d.interactions) FILTER (WHERE is_meaningful_interaction(d.interaction_type)), 0
            )::bigint,
            sum(d.seconds_sum)::bigint
        FROM drained AS d
        WHERE d.course_id IS NOT NULL
        GROUP BY d.course_id, d.utc_day, d.learner_id
        ON CONFLICT (course_id, utc_day, learner_id) DO UPDATE
            SET
                interactions = s.interactions + excluded.interactions,
                meaningful_interactions
                = s.meaningful_interactions + excluded.meaningful_interactions,
                seconds_sum = s.seconds_sum + excluded.seconds_sum
    ),

    -- not at the top, where Citus takes no INSERT behind a WITH that writes
{{ added("learner_summary", "learner_id", "summed", "change",
source.types + source.held("learner"),
["preferred_interaction_type"] + source.shown("learner") | names) }}
{% endblock %}
{% block flags %},
    is_session_due boolean,
    is_retention_due boolean
{%- endblock %}
{% block told %}
    SELECT q.*
    FROM (
        SELECT
            d.learner_id,
            d.course_id,
            coalesce(bool_or(c.derive_sessions), FALSE) AS is_session_due,
            bool_or(
                d.interaction_type IN ('knowledge_check', 'practice_activity')
            ) AS is_retention_due
        FROM drained AS d
        INNER JOIN educational_courses AS c ON d.course_id = c.id
        GROUP BY d.learner_id, d.course_id
    ) AS q
    WHERE q.is_session_due OR q.is_retention_due;
{% endblock %}
