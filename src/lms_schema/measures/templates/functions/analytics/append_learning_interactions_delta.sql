{% extends "base/append.sql" %}
{% set source = sources.learning_interactions %}
{% set operations = {"DELETE": "deleted", "UPDATE": "updated"} %}
{% block head %}
-- Appends what a statement updated or deleted in learning_interactions to the queue of the
-- analytics; follow_inserted_interactions does it for what it inserted. UPDATE too is followed by
-- statement, as row triggers of partitioned tables miss a row that moves to another partition.
-- A definer, because nobody else writes the queue: a writer of events could forge figures.
{% endblock %}
{% block having %}
                -- sums of 0, too: sessions and retention follow a time that changed
{% endblock %}
