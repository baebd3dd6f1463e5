{% extends "base/append.sql" %}
{% set source = sources.course_enrollments %}
{% set operations = {"INSERT": "inserted", "DELETE": "deleted", "UPDATE": "updated"} %}
{% block head %}
-- Appends what a statement changed in course_enrollments to the queue of the analytics. UPDATE,
-- too, is followed by statement: a WHEN of so many columns is read anew by each, which costs more.
-- A definer, because nobody else writes the queue: a writer could forge figures.
{% endblock %}
