"""The dashboards as one HTML page for teachers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template

    from lms_schema.sample_data.dashboards import Figures

REASONS = {
    "inactive": "no activity for a week",
    "behind": "far behind the class",
    "failing": "below the pass mark",
    "not_started": "never started",
}
"""The reasons of at_risk_learners, in words."""


def teacher_page(template: Template, figures: Figures, *, as_of: datetime) -> str:
    """Return the page: all courses, then each with its activity, learners and assessments.

    Args:
        template: `demo.html` of the pages.
        figures: What it shows.
        as_of: When the analytics were refreshed.
    """
    pages = [
        {
            "course": course,
            "weeks": [
                {
                    "label": f"{week.monday.day} {week.monday:%b}",
                    "value": week.learners,
                    "above": week.finished,
                    "title": f"Week {number}, from {week.monday.day} {week.monday:%B}: "
                    f"{week.learners} active learners, {week.interactions} interactions; "
                    f"{week.finished} had finished before",
                }
                for number, week in enumerate(figures.details[course.id].weeks, 1)
            ],
            "days": [
                {
                    "label": f"{day.day.day} {day.day:%b}",
                    "value": day.learners,
                    "above": 0,
                    "title": f"{day.day:%A}, {day.day.day} {day.day:%B}: "
                    f"{day.learners} active learners, {day.interactions} interactions, "
                    f"{day.meaningful} of them meaningful; {day.hours:.1f} hours",
                }
                for day in figures.details[course.id].days
            ],
            "bands": [
                {
                    "label": f"{band.lowest}",
                    "value": band.learners,
                    "above": 0,
                    "title": f"From {band.lowest} %: {band.learners} learners",
                }
                for band in figures.details[course.id].bands
            ],
            "risks": figures.details[course.id].risks,
            "assessments": figures.details[course.id].assessments,
            "objectives": figures.details[course.id].objectives,
        }
        for course in figures.courses
    ]
    return template.render(courses=pages, reasons=REASONS, as_of=as_of)
