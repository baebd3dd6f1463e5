{% extends "base/queue.sql" %}
{% set source = sources.section_progress %}
{% set summaries = "learner_course_summary" %}
