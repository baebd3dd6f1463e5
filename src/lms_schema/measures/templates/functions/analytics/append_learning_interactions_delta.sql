{% extends "base/append.sql" %}
{% set source = sources.learning_interactions %}
{% set operations = {"DELETE": "deleted", "UPDATE": "updated"} %}
{% block head %}
-- Appends what a statement updated or deleted in learning_interactions to the queue of the
-- analytics; what it inserted is for follow_inserted_interactions. UPDATE too is followed by
-- statement, as row triggers of partitioned tables miss a row that moves to another partition.
-- A definer, because nobody else writes the queue: a writer of events could forge figures.
{% endblock %}
{% block having %}
                -- at sums of 0, too: a time that changed is looked at by derive_sessions
{% endblock %}
