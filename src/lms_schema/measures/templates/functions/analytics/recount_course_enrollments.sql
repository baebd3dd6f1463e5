{% extends "base/recount.sql" %}
{% set source = sources.course_enrollments %}
