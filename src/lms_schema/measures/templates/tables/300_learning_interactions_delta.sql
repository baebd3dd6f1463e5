{% extends "base/queue.sql" %}
{% set source = sources.learning_interactions %}
{% set summaries = "learner_summary and learner_day_summary" %}
{% block head %}
-- What changed in learning_interactions since the last refresh of the analytics: signed measures,
-- written by its triggers and taken out by refresh_learning_analytics. Deltas commute and belong to
-- the transaction that changed the events, so that no order, watermark or clock matters.
-- The table is a queue, only ever appended to and emptied: fillfactor stays 100, since no row is
-- updated; vacuum counts rows and not a share of the table, which is empty most of the time.
-- Numbers are taken 32 at a time, since their order says nothing.
{% endblock %}
{% block numbers %} (CACHE 32){% endblock %}
