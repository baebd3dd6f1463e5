"""What the Open University dataset says, computed from its CSV files alone."""

from __future__ import annotations

import csv
import gzip
import hashlib
import uuid
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from support.numbers import half_up, mean
from support.rows import Row
from support.world import INTERACTION_TYPES

File = dict[str, str]
Course = tuple[str, str]
Figures = dict[uuid.UUID, Row]

LEVELS = {
    "No Formal quals": "elementary",
    "Lower Than A Level": "middle",
    "A Level or Equivalent": "high_school",
    "HE Qualification": "undergraduate",
    "Post Graduate Qualification": "graduate",
}
STATUSES = {
    "Pass": "completed",
    "Distinction": "completed",
    "Fail": "failed",
    "Withdrawn": "withdrawn",
}
UNKNOWN = ("", "?")


@lru_cache(maxsize=100_000)  # a learner has many events
def identity(table: str, *key: object) -> uuid.UUID:
    """The derived id of a row."""
    text = ":".join(["oulad", table, *map(str, key)])
    return uuid.UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def day(presentation: str, number: str | int) -> datetime:
    """A day counted from the start of a course."""
    month = {"B": 2, "J": 10}[presentation[4]]
    return datetime(int(presentation[:4]), month, 1, tzinfo=UTC) + timedelta(days=int(number))


class Dataset:
    """The files of a folder, and the figures that follow from them."""

    def __init__(self, folder: Path) -> None:
        self.courses = _rows(folder, "courses")
        self.sites = {row["id_site"]: row for row in _rows(folder, "vle")}
        self.assessments = {row["id_assessment"]: row for row in _rows(folder, "assessments")}
        self.students = _rows(folder, "studentInfo")
        self.registrations = {_enrollment(r): r for r in _rows(folder, "studentRegistration")}
        self.attempts = _rows(folder, "studentAssessment")
        self.clicks = _rows(folder, "studentVle*")
        self.visits: dict[tuple[Course, str], dict[str, list[datetime]]] = defaultdict(dict)
        for row in self.clicks:
            sites = self.visits[_course(row), row["id_student"]]
            sites.setdefault(row["id_site"], []).append(day(_course(row)[1], row["date"]))

    def interaction_ids(self) -> set[uuid.UUID]:
        """The id of each event; equal rows are numbered."""
        seen: Counter[tuple[str, ...]] = Counter()
        ids = set()
        for row in self.clicks:
            names = "code_module code_presentation id_site id_student date sum_click"
            key = tuple(row[name] for name in names.split())
            seen[key] += 1
            ids.add(identity("learning_interactions", *key, seen[key]))
        return ids

    @cached_property
    def enrollments(self) -> Figures:
        """The columns of course_enrollments that the loader fills."""
        sections = Counter(_course(site) for site in self.sites.values())
        lengths = {_course(row): row["module_presentation_length"] for row in self.courses}
        graded = _grouped(
            (row for row in self.attempts if row["score"] not in UNKNOWN),
            lambda row: (_course(self.assessments[row["id_assessment"]]), row["id_student"]),
        )
        engagement = self._engagement(lengths)
        figures = {}
        for row in self.students:
            course, student = _course(row), row["id_student"]
            status = STATUSES[row["final_result"]]
            registered = self.registrations.get(_enrollment(row), {}).get("date_registration", "")
            visits = self.visits.get((course, student), {})
            progress = Fraction(100 * len(visits), sections[course]) if sections[course] else 0
            scores = graded.get((course, student), [])
            weights = [self._weight(attempt) for attempt in scores]
            weighted = sum(
                weight * int(attempt["score"])
                for weight, attempt in zip(weights, scores, strict=True)
            )
            key = identity("course_enrollments", *course, student)
            figures[key] = {
                "id": key,
                "learner_id": identity("learners", student),
                "course_id": identity("educational_courses", *course),
                "enrollment_date": day(course[1], 0 if registered in UNKNOWN else registered),
                "academic_term": course[1],
                "completion_status": status,
                "completion_date": day(course[1], lengths[course])
                if status == "completed"
                else None,
                "overall_progress": half_up(Fraction(progress), 2),
                "last_accessed": max((max(days) for days in visits.values()), default=None),
                "current_grade": half_up(Fraction(weighted) / Fraction(sum(weights)), 2)
                if sum(weights)
                else None,
                "total_time_spent": 0,
                "final_grade": None,
                "engagement_score": engagement[course, student],
            }
        return figures

    def _engagement(self, lengths: dict[Course, str]) -> dict[tuple[Course, str], Decimal]:
        """Mean percent rank by active days, events and sections in a course's last 30 days."""
        scores = {}
        for course, students in _grouped(self.students, _course).items():
            end = day(course[1], lengths[course])
            measures = []
            for row in students:
                sites = {
                    site: [time for time in times if end - timedelta(days=30) < time <= end]
                    for site, times in self.visits.get((course, row["id_student"]), {}).items()
                }
                times = [time for found in sites.values() for time in found]
                measures.append((len({*times}), len(times), sum(map(bool, sites.values()))))
            columns = [sorted(column) for column in zip(*measures, strict=True)]
            for row, values in zip(students, measures, strict=True):
                below = sum(
                    bisect_left(column, value)
                    for column, value in zip(columns, values, strict=True)
                )
                others = 3 * (len(students) - 1)
                share = Fraction(below, others) if others else Fraction(0)
                scores[course, row["id_student"]] = half_up(share, 2)
        return scores

    def dashboard(self) -> Figures:
        """learning_analytics_dashboard, without last_updated."""
        enrollments = _grouped(self.enrollments.values(), lambda row: row["course_id"])
        attempts = _grouped(
            self.attempts, lambda row: _course(self.assessments[row["id_assessment"]])
        )
        progress: dict[Course, list[tuple[int, int]]] = defaultdict(list)
        for (course, _), sites in self.visits.items():
            for site, days in sites.items():
                meaningful = self._interaction_type(site) != "content_view"
                progress[course].append((len(days), len(days) if meaningful else 0))
        figures = {}
        for row in self.courses:
            course = _course(row)
            key = identity("educational_courses", *course)
            enrolled = enrollments.get(key, [])
            figures[key] = {
                "course_id": key,
                "course_title": " ".join(course),
                "difficulty_level": "intermediate",
                "total_enrollments": len(enrolled),
                "completed_learners": _completed(enrolled),
                "average_progress": mean(e["overall_progress"] for e in enrolled),
                "average_time_spent_minutes": Fraction(0) if enrolled else None,
                "average_engagement_score": mean(e["engagement_score"] for e in enrolled),
                "average_comprehension": None,
                "average_retention": None,
                "average_application": None,
                "average_interactions_per_section": mean(all_ for all_, _ in progress[course]),
                "average_meaningful_interactions": mean(some for _, some in progress[course]),
                "average_assessment_score": mean(_scores(attempts.get(course, []))),
                "total_assessment_attempts": len(attempts.get(course, [])),
            }
        return figures

    def effectiveness(self) -> dict[uuid.UUID, dict[str, Decimal | int | None]]:
        """calculate_course_effectiveness of each course."""
        attempts = _grouped(
            self.attempts, lambda row: _course(self.assessments[row["id_assessment"]])
        )
        students = _grouped(self.students, _course)
        enrollments = _grouped(self.enrollments.values(), lambda row: row["course_id"])
        figures: dict[uuid.UUID, dict[str, Decimal | int | None]] = {}
        for row in self.courses:
            course = _course(row)
            enrolled = [STATUSES[s["final_result"]] for s in students.get(course, [])]
            scores = _scores(attempts.get(course, []))
            key = identity("educational_courses", *course)
            engagement = mean(e["engagement_score"] for e in enrollments.get(key, []))
            figures[key] = {
                "completion_rate": _percent(enrolled.count("completed"), len(enrolled)),
                "average_learning_time_hours": Decimal("0.00") if enrolled else None,
                "average_comprehension_score": None,
                "average_retention_score": None,
                "average_engagement_score": None if engagement is None else half_up(engagement, 2),
                "total_learners": len(enrolled),
                "assessment_pass_rate": _percent(
                    len([score for score in scores if score >= 40]), len(scores)
                ),
            }
        return figures

    def learner_analytics(self) -> Figures:
        """learner_progress_analytics, without last_updated."""
        enrollments = _grouped(self.enrollments.values(), lambda row: row["learner_id"])
        attempts = _grouped(self.attempts, lambda row: row["id_student"])
        clicks = _grouped(self.clicks, lambda row: row["id_student"])
        levels = {}
        for row in sorted(self.students, key=lambda row: day(row["code_presentation"], 0)):
            levels[row["id_student"]] = LEVELS[row["highest_education"]]
        figures = {}
        for student, level in levels.items():
            key = identity("learners", student)
            mine, tried = enrollments[key], attempts.get(student, [])
            events = clicks.get(student, [])
            types = Counter(self._interaction_type(row["id_site"]) for row in events)
            figures[key] = {
                "learner_id": key,
                "learning_style": None,
                "academic_level": level,
                "preferred_difficulty": None,
                "courses_enrolled": len(mine),
                "courses_completed": _completed(mine),
                "average_course_progress": mean(row["overall_progress"] for row in mine),
                "total_learning_time_minutes": 0,
                "average_session_duration": None,
                "total_learning_sessions": len({(*_course(row), row["date"]) for row in events}),
                "overall_comprehension": None,
                "overall_retention": None,
                "overall_application": None,
                "average_engagement_level": None,
                "average_focus_score": None,
                "average_productivity_score": None,
                "average_assessment_performance": mean(_scores(tried)),
                "total_assessments_taken": len(tried),
                "preferred_interaction_type": min(
                    types, key=lambda x: (-types[x], INTERACTION_TYPES.index(x)), default=None
                ),
                "interaction_learning_effectiveness": None,
            }
        return figures

    def sessions(self) -> Counter[tuple[uuid.UUID, uuid.UUID, datetime]]:
        """Learner, course and day of each session, with the number of its events."""
        return Counter(
            (
                identity("learners", row["id_student"]),
                identity("educational_courses", *_course(row)),
                day(row["code_presentation"], row["date"]),
            )
            for row in self.clicks
        )

    def velocity(self, course: Course, student: str, days: int, as_of: datetime) -> Decimal:
        """calculate_learning_velocity: each section is worth 100 points at its first visit."""
        first = [min(visits) for visits in self.visits.get((course, student), {}).values()]
        gained = [time for time in first if as_of - timedelta(days=days) <= time <= as_of]
        return half_up(Fraction(100 * len(gained), days), 2)

    def _weight(self, attempt: File) -> Decimal:
        return Decimal(self.assessments[attempt["id_assessment"]]["weight"]) / 100

    def _interaction_type(self, site: str) -> str:
        activity = self.sites[site]["activity_type"]
        if activity in ("forumng", "ouwiki"):
            return "discussion"
        if activity in ("quiz", "externalquiz", "questionnaire"):
            return "knowledge_check"
        return "content_view"


def _rows(folder: Path, table: str) -> list[File]:
    return [row for path in sorted(folder.glob(f"{table}.csv*")) for row in _read(path)]


def _read(path: Path) -> Iterator[File]:
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _course(row: Mapping[str, str]) -> Course:
    return row["code_module"], row["code_presentation"]


def _enrollment(row: File) -> tuple[str, str, str]:
    return (*_course(row), row["id_student"])


def _grouped(rows: Iterable[Any], key: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _scores(attempts: Iterable[File]) -> list[int]:
    return [int(row["score"]) for row in attempts if row["score"] not in UNKNOWN]


def _completed(enrollments: Iterable[Row]) -> int:
    return len([row for row in enrollments if row["completion_status"] == "completed"])


def _percent(part: int, whole: int) -> Decimal | None:
    return half_up(Fraction(100 * part, whole), 2) if whole else None
