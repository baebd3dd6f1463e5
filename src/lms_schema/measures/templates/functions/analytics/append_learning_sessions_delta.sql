{% extends "base/append.sql" %}
{% set source = sources.learning_sessions %}
{% set operations = {"INSERT": "inserted", "DELETE": "deleted", "UPDATE": "updated"} %}
{% set followed_by_row = true %}
{% block head %}
-- Appends what a statement changed in learning_sessions to the queue of the analytics. UPDATE is
-- followed by row, so that a trigger's WHEN can pass over updates of anything else.
-- A definer, because nobody else writes the queue: a writer could forge figures.
{% endblock %}
