{% extends "base/append.sql" %}
{% set source = sources.learning_sessions %}
{% set operations = {"INSERT": "inserted", "DELETE": "deleted", "UPDATE": "updated"} %}
{% block head %}
-- Appends what a statement changed in learning_sessions to the queue of the analytics.
-- A definer, because nobody else writes the queue: a writer could forge figures.
{% endblock %}
{% block having %}
                -- at sums of 0, too: derive_sessions has a look at whatever it did not write itself
{% endblock %}
