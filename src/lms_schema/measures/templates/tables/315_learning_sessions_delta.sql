{% extends "base/queue.sql" %}
{% set source = sources.learning_sessions %}
{% set summaries = "learner_summary" %}
