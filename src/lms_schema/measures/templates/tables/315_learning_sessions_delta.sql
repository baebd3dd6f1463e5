{% extends "base/queue.sql" %}
{% set source = sources.learning_sessions %}
{% set summaries = "learner_summary" %}
{% set about = {"is_derivation": "whether derive_sessions wrote the change, which it need not look at again"} %}
