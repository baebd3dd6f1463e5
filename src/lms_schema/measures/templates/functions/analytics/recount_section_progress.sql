{% extends "base/recount.sql" %}
{% set source = sources.section_progress %}
