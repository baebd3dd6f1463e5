"""The figures recomputed in plain Python, from rows read by `SELECT * FROM table`.

Nothing here is SQL that aggregates or joins: what the database computes is computed again.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from support.numbers import half_up, mean
from support.rows import Connection, Row, read
from support.world import ENGAGEMENT_LEVELS, GRADED, INTERACTION_TYPES, MEANINGFUL, Change

Tables = Mapping[str, list[Row]]
Figures = dict[uuid.UUID, Row]

TABLES = (
    "learners",
    "educational_courses",
    "learning_sections",
    "course_enrollments",
    "section_progress",
    "learning_interactions",
    "learning_sessions",
    "educational_assessments",
    "assessment_attempts",
)

# Far below what a multiplied row changes, far above what numeric division rounds.
TOLERANCE = Fraction(1, 10**10)


def tables(connection: Connection) -> Tables:
    """All rows of the tables that figures come from."""
    return {table: read(connection, table) for table in TABLES}


def dashboard(stored: Tables) -> Figures:
    """learning_analytics_dashboard, without last_updated."""
    figures = {}
    for course in stored["educational_courses"]:
        enrollments = _where(stored["course_enrollments"], course_id=course["id"])
        enrolled = {row["learner_id"] for row in enrollments}
        progress = [
            row
            for row in _where(stored["section_progress"], course_id=course["id"])
            if row["learner_id"] in enrolled
        ]
        attempts = [
            row
            for assessment in _where(stored["educational_assessments"], course_id=course["id"])
            for row in _where(stored["assessment_attempts"], assessment_id=assessment["id"])
            if row["learner_id"] in enrolled
        ]
        figures[course["id"]] = {
            "course_id": course["id"],
            "course_title": course["title"],
            "difficulty_level": course["difficulty_level"],
            "total_enrollments": len(enrollments),
            "completed_learners": len(_where(enrollments, completion_status="completed")),
            "average_progress": _mean(enrollments, "overall_progress"),
            "average_time_spent_minutes": _mean(enrollments, "total_time_spent"),
            "average_engagement_score": _mean(enrollments, "engagement_score"),
            "average_comprehension": _mean(progress, "comprehension_score"),
            "average_retention": _mean(progress, "retention_score"),
            "average_application": _mean(progress, "application_score"),
            "average_interactions_per_section": _mean(progress, "interaction_count"),
            "average_meaningful_interactions": _mean(progress, "meaningful_interactions"),
            "average_assessment_score": mean(best_percentages(attempts)),
            "total_assessment_attempts": len(attempts),
        }
    return figures


def learner_analytics(stored: Tables) -> Figures:
    """learner_progress_analytics, without last_updated."""
    figures = {}
    for learner in stored["learners"]:
        enrollments, progress, interactions, sessions, attempts = (
            _where(stored[table], learner_id=learner["id"])
            for table in (
                "course_enrollments",
                "section_progress",
                "learning_interactions",
                "learning_sessions",
                "assessment_attempts",
            )
        )
        levels = [
            row["engagement_level"]
            for row in sessions
            if row["engagement_level"] and (row["derived"] or "engagement_level" in row["supplied"])
        ]
        types = Counter(row["interaction_type"] for row in interactions)
        figures[learner["id"]] = {
            "learner_id": learner["id"],
            "learning_style": learner["learning_style"],
            "academic_level": learner["academic_level"],
            "preferred_difficulty": learner["preferred_difficulty"],
            "courses_enrolled": len(enrollments),
            "courses_completed": len(_where(enrollments, completion_status="completed")),
            "average_course_progress": _mean(enrollments, "overall_progress"),
            "total_learning_time_minutes": (
                sum(row["total_time_spent"] for row in enrollments) if enrollments else None
            ),
            "average_session_duration": _mean(sessions, "duration_minutes"),
            "total_learning_sessions": len(sessions),
            "overall_comprehension": _mean(progress, "comprehension_score"),
            "overall_retention": _mean(progress, "retention_score"),
            "overall_application": _mean(progress, "application_score"),
            "average_engagement_level": mean(ENGAGEMENT_LEVELS.index(x) + 1 for x in levels),
            "average_focus_score": _mean(sessions, "focus_score"),
            "average_productivity_score": _mean(sessions, "productivity_score"),
            "average_assessment_performance": mean(best_percentages(attempts)),
            "total_assessments_taken": len(attempts),
            "preferred_interaction_type": (
                min(types, key=lambda x: (-types[x], INTERACTION_TYPES.index(x))) if types else None
            ),
            "interaction_learning_effectiveness": _mean(interactions, "learning_effectiveness"),
        }
    return figures


def daily_activity(stored: Tables) -> list[tuple[uuid.UUID, date, int, int, int, int]]:
    """course_daily_activity: its rows."""
    days: dict[tuple[uuid.UUID, date], list[Row]] = defaultdict(list)
    for row in stored["learning_interactions"]:
        if row["course_id"] is not None:
            days[row["course_id"], row["timestamp"].astimezone(UTC).date()].append(row)
    return [
        (
            *day,
            len(rows),
            sum(row["interaction_type"] in MEANINGFUL for row in rows),
            sum(row["duration_seconds"] or 0 for row in rows),
            len({row["learner_id"] for row in rows}),
        )
        for day, rows in days.items()
    ]


def effectiveness(stored: Tables, course: uuid.UUID) -> dict[str, Decimal | int | None]:
    """calculate_course_effectiveness: the seven keys of the guide."""
    enrollments = _where(stored["course_enrollments"], course_id=course)
    enrolled = {row["learner_id"] for row in enrollments}
    progress = [
        row
        for row in _where(stored["section_progress"], course_id=course)
        if row["learner_id"] in enrolled
    ]
    passing = {
        row["id"]: row["passing_score"]
        for row in _where(stored["educational_assessments"], course_id=course)
    }
    passed = [
        max(row["score"] for row in attempts) >= passing[assessment]
        for (learner, assessment), attempts in _graded(stored["assessment_attempts"]).items()
        if learner in enrolled and passing.get(assessment) is not None
    ]
    completed = len(_where(enrollments, completion_status="completed"))
    minutes = _mean(enrollments, "total_time_spent")
    return {
        "completion_rate": _share(completed, len(enrollments)),
        "average_learning_time_hours": _rounded(None if minutes is None else minutes / 60),
        "average_comprehension_score": _rounded(_mean(progress, "comprehension_score")),
        "average_retention_score": _rounded(_mean(progress, "retention_score")),
        "average_engagement_score": _rounded(_mean(enrollments, "engagement_score")),
        "total_learners": len(enrollments),
        "assessment_pass_rate": _share(sum(passed), len(passed)),
    }


def velocity(
    changes: Iterable[Change], learner: uuid.UUID, course: uuid.UUID, days: int, as_of: datetime
) -> Decimal:
    """calculate_learning_velocity, from the changes that were made and not from what is kept."""
    days = max(days, 1)
    reached: dict[uuid.UUID, Decimal] = defaultdict(Decimal)
    gain = Fraction()
    for change in changes:  # those of a section come in the order in which they were made
        if (change.learner, change.course) != (learner, course):
            continue
        rise = change.percentage - reached[change.section]
        reached[change.section] = change.percentage
        if rise > 0 and as_of - timedelta(days=days) <= change.time <= as_of:
            gain += Fraction(rise)
    return half_up(gain / days, 2)


def counted_progress(stored: Tables, course: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], Row]:
    """What rebuild_section_progress counts: one entry a learner and section of the course."""
    events: dict[tuple[uuid.UUID, uuid.UUID], list[Row]] = defaultdict(list)
    for row in _where(stored["section_progress"], course_id=course):
        events[row["learner_id"], row["section_id"]] = []
    for row in _where(stored["learning_interactions"], course_id=course):
        events[row["learner_id"], row["section_id"]].append(row)
    return {
        key: {
            "first_accessed": min((row["timestamp"] for row in rows), default=None),
            "last_accessed": max((row["timestamp"] for row in rows), default=None),
            "total_time_spent": sum(row["duration_seconds"] or 0 for row in rows),
            "active_learning_time": sum(
                row["duration_seconds"] or 0
                for row in rows
                if row["interaction_type"] in MEANINGFUL
            ),
            "interaction_count": len(rows),
            "meaningful_interactions": len(
                [row for row in rows if row["interaction_type"] in MEANINGFUL]
            ),
            "help_requests": len(_where(rows, interaction_type="help_request")),
        }
        for key, rows in events.items()
    }


def best_percentages(attempts: Iterable[Row]) -> list[Decimal]:
    """The highest percentage of each learner and assessment with points and a graded attempt."""
    percentages = [
        [row["percentage_score"] for row in rows if row["percentage_score"] is not None]
        for rows in _graded(attempts).values()
    ]
    return [max(found) for found in percentages if found]


def differences(actual: Iterable[Row], expected: Figures, key: str) -> list[str]:
    """What a view shows and should not, one line a value; nothing when all is right."""
    found = {row[key]: row for row in actual}
    lines = [f"{key} {identity} is missing" for identity in expected.keys() - found.keys()]
    lines += [f"{key} {identity} is too much" for identity in found.keys() - expected.keys()]
    for identity in expected.keys() & found.keys():
        for name, value in expected[identity].items():
            if not same(found[identity][name], value):
                lines.append(f"{name} of {identity}: {found[identity][name]} instead of {value}")
    return sorted(lines)


def same(actual: Any, expected: Any) -> bool:
    """Equality, of numbers up to what division rounds."""
    if isinstance(expected, Fraction | Decimal) and actual is not None:
        return abs(Fraction(actual) - Fraction(expected)) < TOLERANCE
    return bool(actual == expected)


def exact_json(text: str) -> Any:
    """JSON with its numbers as decimals."""
    return json.loads(text, parse_float=Decimal)


def _graded(attempts: Iterable[Row]) -> dict[tuple[uuid.UUID, uuid.UUID], list[Row]]:
    graded: dict[tuple[uuid.UUID, uuid.UUID], list[Row]] = defaultdict(list)
    for row in attempts:
        if row["completion_status"] in GRADED and row["score"] is not None:
            graded[row["learner_id"], row["assessment_id"]].append(row)
    return graded


def _where(rows: Iterable[Row], **values: Any) -> list[Row]:
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def _mean(rows: Iterable[Row], name: str) -> Fraction | None:
    return mean(row[name] for row in rows)


def _rounded(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value, 2)


def _share(part: int, whole: int) -> Decimal | None:
    return half_up(Fraction(100 * part, whole), 2) if whole else None
