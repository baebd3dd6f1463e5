{% extends "base/queue.sql" %}
{% set source = sources.course_enrollments %}
{% set summaries = "course_summary and learner_summary" %}
