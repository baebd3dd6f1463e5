"""Small random worlds: several rows in every one-to-many table at once, and rows that are missing.

A world is plain data. `place` inserts it; what the database then derives or defaults is read back
from the tables by whoever compares.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, product
from typing import Any

from hypothesis import strategies as st

from support.rows import Connection, Row, insert

START = datetime(2024, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS = 60

# in the order of their labels
INTERACTION_TYPES = (
    "content_view",
    "knowledge_check",
    "practice_activity",
    "reflection",
    "discussion",
    "help_request",
    "navigation",
)
MEANINGFUL = {"knowledge_check", "practice_activity", "reflection", "discussion"}
ENGAGEMENT_LEVELS = ("low", "medium", "high", "very_high")
DIFFICULTIES = ("beginner", "intermediate", "advanced", "expert")
GRADED = {"graded", "reviewed"}


@dataclass(frozen=True)
class Change:
    """A percentage that the progress of a learner in a section was set to, at a time."""

    learner: uuid.UUID
    section: uuid.UUID
    course: uuid.UUID
    time: datetime
    percentage: Decimal


@dataclass
class World:
    """Rows of each table in the order of insertion, and the changes of progress made after it."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def ids(self, table: str) -> list[uuid.UUID]:
        """Keys of the rows of a table."""
        return [row["id"] for row in self.rows[table]]


def place(connection: Connection, world: World) -> None:
    """Insert a world, and let its progress go through its changes at their own times."""
    for table, rows in world.rows.items():
        insert(connection, table, rows)
    connection.execute("SET LOCAL lms_schema.progress_time = 'event'")
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE section_progress SET completion_percentage = %s, last_accessed = %s,"
            " first_accessed = least(first_accessed, %s), status = 'in_progress'"
            " WHERE learner_id = %s AND section_id = %s",
            [(c.percentage, c.time, c.time, c.learner, c.section) for c in world.changes],
        )


def hundredths(low: int, high: int) -> st.SearchStrategy[Decimal]:
    """Decimals of two places."""
    return st.integers(low * 100, high * 100).map(lambda n: Decimal(n).scaleb(-2))


SCORES = st.none() | hundredths(0, 1)
PERCENTAGES = st.one_of(st.sampled_from([Decimal(0), Decimal(100)]), hundredths(0, 100))
TIMES = st.integers(0, DAYS * 86_400).map(lambda s: START + timedelta(seconds=s))


def _ids(prefix: int) -> Callable[[], uuid.UUID]:
    numbers = count(prefix << 64 | 1)
    return lambda: uuid.UUID(int=next(numbers))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world of up to four learners and three courses; each may have much, some or nothing."""
    world = World()
    new_id = [_ids(prefix) for prefix in range(1, 11)]

    def some(low: int, high: int) -> range:
        return range(draw(st.integers(low, high)))

    institutions = [{"id": new_id[0](), "name": "I", "type": "school"} for _ in some(0, 2)]
    at: st.SearchStrategy[Any] = st.sampled_from([None, *(i["id"] for i in institutions)])
    learners = [
        {
            "id": new_id[1](),
            "institution_id": draw(at),
            "email": f"learner{number}@example.com",
            "first_name": "A",
            "last_name": "B",
            "learning_style": draw(st.sampled_from([None, "visual", "auditory"])),
            "academic_level": draw(st.sampled_from(["graduate", "middle"])),
            "preferred_difficulty": draw(st.sampled_from([None, *DIFFICULTIES])),
            "data_consent": {},
        }
        for number in some(1, 4)
    ]
    courses = [
        {
            "id": new_id[2](),
            "institution_id": draw(at),
            "title": f"Course {number}",
            "learning_objectives": [],
            "difficulty_level": draw(st.sampled_from(DIFFICULTIES)),
        }
        for number in some(1, 3)
    ]
    modules = [
        {
            "id": new_id[3](),
            "course_id": course["id"],
            "title": "M",
            "module_order": order,
            "learning_objectives": [],
            "bloom_taxonomy_level": "apply",
        }
        for course in courses
        for order in some(1, 2)
    ]
    at_same = {
        (learner["id"], course["id"])
        for learner, course in product(learners, courses)
        if None in (learner["institution_id"], course["institution_id"])
        or learner["institution_id"] == course["institution_id"]
    }
    sections: list[Row] = []
    course_of = {}
    for module in modules:
        for order in some(1, 2):
            section = {"id": new_id[4](), "module_id": module["id"], "section_order": order}
            sections.append(section | {"title": "S", "content_type": "text", "content_data": {}})
            course_of[section["id"]] = module["course_id"]

    world.rows = {
        "educational_institutions": institutions,
        "learners": learners,
        "educational_courses": courses,
        "learning_modules": modules,
        "learning_sections": sections,
        "course_enrollments": [
            _enrollment(draw, new_id[5](), learner, course)
            for learner, course in product(learners, courses)
            if (learner["id"], course["id"]) in at_same and draw(st.integers(0, 3)) > 0
        ],
    }

    # progress, events, sessions and attempts also of learners who are not enrolled
    progress = []
    for learner, section in product(learners, sections):
        if (learner["id"], course_of[section["id"]]) in at_same and draw(st.booleans()):
            row = _progress(draw, new_id[6](), learner["id"], section["id"])
            progress.append(row | {"course_id": course_of[section["id"]]})
            for time in sorted(draw(st.lists(TIMES, max_size=4))):
                world.changes.append(
                    Change(
                        learner["id"],
                        section["id"],
                        course_of[section["id"]],
                        time,
                        draw(PERCENTAGES),
                    )
                )
    world.rows["section_progress"] = progress
    learner_ids = st.sampled_from([learner["id"] for learner in learners])
    section_ids = st.sampled_from(list(course_of))
    course_ids = st.sampled_from([course["id"] for course in courses])
    visits = [
        (learner["id"], section, course)
        for learner, (section, course) in product(learners, course_of.items())
        if (learner["id"], course) in at_same
    ]
    world.rows["learning_interactions"] = [
        _interaction(draw, new_id[7](), *draw(st.sampled_from(visits)))
        for _ in some(0, 14 if visits else 0)
    ]
    world.rows["learning_sessions"] = [
        _session(draw, new_id[8](), draw(learner_ids), draw(course_ids)) for _ in some(0, 7)
    ]
    assessments = []
    for _ in some(0, 4):
        section_id = draw(st.none() | section_ids)
        # the course of a section-level assessment may be left to the trigger
        of_section = section_id and draw(st.sampled_from([None, course_of[section_id]]))
        row = _assessment(draw, new_id[9](), section_id)
        assessments.append(row | {"course_id": of_section if section_id else draw(course_ids)})
    world.rows["educational_assessments"] = assessments
    world.rows["assessment_attempts"] = [
        _attempt(draw, learner["id"], assessment, number)
        for learner, assessment in product(learners, assessments)
        if (learner["id"], assessment["course_id"] or course_of[assessment["section_id"]])
        in at_same
        for number in some(0, 3)
    ]
    return world


def _enrollment(draw: st.DrawFn, key: uuid.UUID, learner: Row, course: Row) -> Row:
    return {
        "id": key,
        "learner_id": learner["id"],
        "course_id": course["id"],
        "overall_progress": draw(PERCENTAGES),
        "total_time_spent": draw(st.integers(0, 5000)),
        "engagement_score": draw(SCORES),
        "completion_status": draw(
            st.sampled_from(["enrolled", "in_progress", "completed", "withdrawn", "failed"])
        ),
    }


def _progress(draw: st.DrawFn, key: uuid.UUID, learner: uuid.UUID, section: uuid.UUID) -> Row:
    counters = draw(st.tuples(*[st.integers(0, 9)] * 5))
    return {
        "id": key,
        "learner_id": learner,
        "section_id": section,
        "status": draw(st.sampled_from(["not_started", "in_progress"])),
        "interaction_count": max(counters[:3]),
        "meaningful_interactions": counters[1],
        "help_requests": counters[2],
        "total_time_spent": max(counters[3:]),
        "active_learning_time": counters[4],
        "comprehension_score": draw(SCORES),
        "retention_score": draw(SCORES),
        "application_score": draw(SCORES),
        "supplied": "{comprehension_score,retention_score,application_score}",
        "first_accessed": draw(st.none() | TIMES),
    }


def _interaction(
    draw: st.DrawFn, key: uuid.UUID, learner: uuid.UUID, section: uuid.UUID, course: uuid.UUID
) -> Row:
    return {
        "id": key,
        "learner_id": learner,
        "section_id": section,
        "course_id": course,
        "interaction_type": draw(st.sampled_from(INTERACTION_TYPES)),
        "interaction_data": {},
        "duration_seconds": draw(st.none() | st.integers(0, 900)),
        "learning_effectiveness": draw(SCORES),
        "timestamp": draw(TIMES),
    }


def _session(draw: st.DrawFn, key: uuid.UUID, learner: uuid.UUID, course: uuid.UUID) -> Row:
    start = draw(TIMES)
    seconds = draw(st.none() | st.integers(0, 20_000))
    told = [None, None, *([25] if (seconds or 0) >= 25 * 60 else [])]
    return {
        "id": key,
        "learner_id": learner,
        "course_id": course,
        "session_start": start,
        "session_end": None if seconds is None else start + timedelta(seconds=seconds),
        "duration_minutes": draw(st.sampled_from(told)),
        "engagement_level": draw(st.sampled_from([None, *ENGAGEMENT_LEVELS])),
        "focus_score": draw(SCORES),
        "productivity_score": draw(SCORES),
    }


def _assessment(draw: st.DrawFn, key: uuid.UUID, section: uuid.UUID | None) -> Row:
    points = draw(st.sampled_from([Decimal(n) for n in ("0", "1", "3", "7.125", "10", "70")]))
    return {
        "id": key,
        "section_id": section,
        "title": "A",
        "assessment_type": "summative",
        "format": "essay",
        "learning_objectives": [],
        "assessment_criteria": {},
        "total_points": points,
        "passing_score": draw(st.none() | points_within(0, points)),
        "attempts_allowed": None,
        "questions": [],
    }


def points_within(low: int | Decimal, high: int | Decimal) -> st.SearchStrategy[Decimal]:
    """Points of three decimals."""
    return st.integers(int(1000 * low), int(1000 * high)).map(lambda n: Decimal(n).scaleb(-3))


def _attempt(draw: st.DrawFn, learner: uuid.UUID, assessment: Row, number: int) -> Row:
    total = assessment["total_points"] or 1
    # negative marks and bonus points too
    score = draw(st.none() | points_within(0, total) | points_within(-total, 3 * total))
    statuses = ["in_progress", "submitted", *(GRADED if score is not None else ())]
    return {
        "learner_id": learner,
        "assessment_id": assessment["id"],
        "attempt_number": number + 1,
        "started_at": START,
        "responses": [],
        "score": score,
        "completion_status": draw(st.sampled_from(sorted(statuses))),
    }
