{% extends "base/append.sql" %}
{% set source = sources.learning_sessions %}
{% set operations = {"INSERT": "inserted", "DELETE": "deleted", "UPDATE": "updated"} %}
{% block head %}
-- Appends what a statement changed in learning_sessions to the queue of the analytics.
-- A definer, because nobody else writes the queue: a writer could forge figures.
{% endblock %}
{% block having %}
                -- at sums of 0, too: a time that changed is looked at by derive_sessions
{% endblock %}
