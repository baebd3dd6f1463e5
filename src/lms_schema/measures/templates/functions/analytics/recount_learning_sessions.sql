{% extends "base/recount.sql" %}
{% set source = sources.learning_sessions %}
