{% extends "base/append.sql" %}
{% set source = sources.section_progress %}
{% set operations = {"INSERT": "inserted", "DELETE": "deleted"} %}
{% block head %}
-- Appends the progress rows that a statement inserted or deleted to the queue of the analytics;
-- what it updated is for follow_section_progress, which looks at the same rows for more. A definer,
-- because nobody else writes the queue: a writer could forge figures.
{% endblock %}
