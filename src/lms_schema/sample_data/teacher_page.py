"""The dashboards as one HTML page for teachers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from lms_schema.sample_data import dashboards

if TYPE_CHECKING:
    from jinja2 import Template

REASONS = {
    "inactive": "no activity for a week",
    "behind": "far behind the class",
    "failing": "below the pass mark",
    "not_started": "never started",
}
"""The reasons of at_risk_learners, in words."""


def teacher_page(
    template: Template, connection: psycopg.Connection[Any], *, as_of: datetime
) -> str:
    """Return the page: all courses, then each with its activity, learners and assessments.

    Args:
        template: `demo.html` of the pages.
        connection: Its search path is the schema.
        as_of: When the analytics were refreshed.
    """
    pages = [
        {
            "course": course,
            "weeks": [
                {
                    "label": number,
                    "value": week.learners,
                    "title": f"Week {number}, from {week.monday:%d %B}: {week.learners} learners, "
                    f"{week.interactions} interactions",
                }
                for number, week in enumerate(dashboards.weeks(connection, course.id), 1)
            ],
            "bands": [
                {
                    "label": f"{band.lowest}",
                    "value": band.learners,
                    "title": f"From {band.lowest} %: {band.learners} learners",
                }
                for band in dashboards.bands(connection, course.id)
            ],
            "risks": dashboards.risks(connection, course.id),
            "assessments": dashboards.assessments(connection, course.id),
        }
        for course in dashboards.courses(connection)
    ]
    return template.render(courses=pages, reasons=REASONS, as_of=as_of)
