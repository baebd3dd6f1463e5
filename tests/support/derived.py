"""The definitions of derived numbers once more, in Python: nothing of the schema's SQL is used.

Sums and means are exact fractions, correlations and variances numpy's. Rows are dictionaries as
`support.rows` returns them.
"""

from __future__ import annotations

import statistics
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from support.rows import Connection, Row, read

AS_OF = datetime(2024, 3, 31, 12, tzinfo=UTC)
WINDOW = timedelta(days=30)
OUTCOMES = {"successful": Fraction(1), "partial": Fraction(1, 2), "unsuccessful": Fraction(0)}
TESTED = ("knowledge_check", "practice_activity")
APPLIED = ("presentation", "project", "simulation")
MEANINGFUL = {"knowledge_check", "practice_activity", "reflection", "discussion"}
LARGEST_INTEGER = 2**31 - 1

Id = uuid.UUID
Floats = npt.NDArray[np.float64]
Fault = tuple[str, str, Any, Any]
"""Table, column, what is stored, what it should be."""


def rounded(value: Fraction | None, places: int = 2) -> Decimal | None:
    """The value to so many decimals, half away from zero, as PostgreSQL rounds numeric."""
    if value is None:
        return None
    units = int(abs(value) * 10**places + Fraction(1, 2))
    return Decimal(units if value >= 0 else -units).scaleb(-places)


def percentage(score: Decimal, points: Decimal) -> Decimal | None:
    """What percentage_score is of a score of so many points."""
    return rounded(100 * Fraction(score) / Fraction(points)) if points else None


def minutes(seconds: int) -> int:
    """Minutes of so many seconds, rounded half up."""
    return int(Fraction(seconds, 60) + Fraction(1, 2))


def shares(events: Iterable[Row], attempts: Iterable[Row]) -> dict[str, list[Fraction]]:
    """What each score of a learner in a section is the mean of.

    Args:
        events: All that ever happened there, dropped ones too.
        attempts: With `format` of the assessment.
    """
    found: dict[str, list[Fraction]] = {"comprehension": [], "application": [], "retention": []}
    previous: datetime | None = None
    was_known = False
    for event in sorted(events, key=lambda row: (row["timestamp"], row["id"])):
        if event["interaction_type"] not in TESTED:
            continue
        share = OUTCOMES.get(event["outcome"])
        if share is not None:
            is_check = event["interaction_type"] == "knowledge_check"
            found["comprehension" if is_check else "application"].append(share)
            if (
                is_check
                and was_known
                and previous is not None
                and event["timestamp"] - previous >= timedelta(days=7)
            ):
                found["retention"].append(share)
        previous = event["timestamp"]
        was_known = was_known or event["outcome"] == "successful"
    for attempt in attempts:
        if is_graded(attempt) and attempt["percentage_score"] is not None:
            share = min(max(Fraction(attempt["percentage_score"]) / 100, Fraction(0)), Fraction(1))
            kind = "application" if attempt["format"] in APPLIED else "comprehension"
            found[kind].append(share)
    return found


@dataclass(frozen=True)
class ItemStatistics:
    """What calculate_item_statistics returns of an item."""

    item_id: str
    n: int
    facility: float | None
    point_biserial: float | None
    item_rest: float | None
    d27: float | None
    alpha_if_deleted: float | None


def first_graded(attempts: Iterable[Row]) -> list[Row]:
    """Each learner's graded attempt of the lowest number."""
    first: dict[Id, Row] = {}
    for attempt in sorted(attempts, key=lambda row: cast(int, row["attempt_number"])):
        if is_graded(attempt):
            first.setdefault(attempt["learner_id"], attempt)
    return list(first.values())


def is_graded(attempt: Row) -> bool:
    return attempt["completion_status"] in ("graded", "reviewed") and attempt["score"] is not None


def item_scores(questions: Sequence[Mapping[str, Any]], attempts: Iterable[Row]) -> Floats:
    """Points of each examinee (rows) on each item (columns); a missing response scores 0."""
    matrix = []
    for attempt in first_graded(attempts):
        given = {r["question_id"]: r.get("points") or 0 for r in attempt["responses"]}
        matrix.append([float(given.get(q["id"], 0)) for q in questions])
    return np.array(matrix, dtype=np.float64).reshape(len(matrix), len(questions))


def item_statistics(
    questions: Sequence[Mapping[str, Any]], attempts: Iterable[Row]
) -> list[ItemStatistics]:
    scores = item_scores(questions, attempts)
    totals = scores.sum(axis=1)
    found = []
    for number, question in enumerate(questions):
        item = scores[:, number]
        points = float(question["points"])
        found.append(
            ItemStatistics(
                item_id=question["id"],
                n=len(scores),
                facility=float(item.mean()) / points if len(scores) and points else None,
                point_biserial=_correlation(item, totals),
                item_rest=_correlation(item, totals - item),
                d27=_upper_less_lower(item, totals, points),
                alpha_if_deleted=_alpha(np.delete(scores, number, axis=1)),
            )
        )
    return found


def assessment_statistics(
    questions: Sequence[Mapping[str, Any]], attempts: Iterable[Row]
) -> dict[str, float | int | None]:
    attempts = list(attempts)
    scores = item_scores(questions, attempts)
    items = item_statistics(questions, attempts)
    alpha = _alpha(scores)
    deviation = float(scores.sum(axis=1).std()) if len(scores) else 0.0
    return {
        "n": len(scores) if questions else 0,
        "facility": _mean(item.facility for item in items),
        "discrimination": _mean(item.item_rest for item in items),
        "reliability": alpha,
        "standard_error": None if alpha is None else deviation * max(1 - alpha, 0) ** 0.5,
    }


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def _varies(values: Floats) -> bool:
    return len(values) > 0 and float(values.max() - values.min()) > 1e-9


def _correlation(one: Floats, other: Floats) -> float | None:
    if not (_varies(one) and _varies(other)):
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _alpha(scores: Floats) -> float | None:
    k = scores.shape[1]
    totals = scores.sum(axis=1)
    if k < 2 or not _varies(totals):
        return None
    return float(k / (k - 1) * (1 - scores.var(axis=0).sum() / totals.var()))


def _upper_less_lower(item: Floats, totals: Floats, points: float) -> float | None:
    """By filling groups: whoever ties with the next one up leaves the lower group for it."""
    n = len(totals)
    size = int(Fraction(27 * n, 100) + Fraction(1, 2))
    if not size or not points:
        return None
    order = sorted(range(n), key=lambda i: float(totals[i]))
    lower, upper = order[:size], order[n - size :]
    next_up = float(totals[order[size]]) if size < n else None
    lower = [i for i in lower if next_up is None or next_up - totals[i] > 1e-9]
    least = float(totals[upper[0]])
    upper += [i for i in order[: n - size] if abs(totals[i] - least) < 1e-9]
    if not lower or not upper:
        return None
    return float(item[upper].mean() - item[lower].mean()) / points


class Tables:
    """All rows that derived numbers come from, and the derived numbers."""

    def __init__(self, connection: Connection) -> None:
        self.courses = read(connection, "educational_courses")
        self.sections = read(connection, "learning_sections")
        self.enrollments = read(connection, "course_enrollments")
        self.progress = read(connection, "section_progress")
        self.history = read(connection, "section_progress_history")
        self.interactions = read(connection, "learning_interactions")
        self.assessments = read(connection, "educational_assessments")
        self.attempts = read(connection, "assessment_attempts")
        self.sessions = read(connection, "learning_sessions")

    def best_percentages(self, course: Id, learner: Id) -> dict[Id, Fraction]:
        """The highest percentage of graded attempts, for each assessment of the course."""
        best: dict[Id, Fraction] = {}
        of_course = {a["id"] for a in self.assessments if a["course_id"] == course}
        for attempt in self.attempts:
            assessment = attempt["assessment_id"]
            if attempt["learner_id"] != learner or assessment not in of_course:
                continue
            if is_graded(attempt) and attempt["percentage_score"] is not None:
                reached = Fraction(attempt["percentage_score"])
                best[assessment] = max(best.get(assessment, reached), reached)
        return best

    def enrollment_progress(self, enrollment: Row) -> Row:
        sections = [s for s in self.sections if s["course_id"] == enrollment["course_id"]]
        rows = [
            row
            for row in self.progress
            if (row["learner_id"], row["course_id"])
            == (enrollment["learner_id"], enrollment["course_id"])
        ]
        done = sum((Fraction(row["completion_percentage"]) for row in rows), Fraction(0))
        return {
            "overall_progress": rounded(done / len(sections))
            if sections
            else enrollment["overall_progress"],
            "total_time_spent": min(
                minutes(sum(row["total_time_spent"] for row in rows)), LARGEST_INTEGER
            ),
            "last_accessed": max(
                (row["last_accessed"] for row in rows if row["last_accessed"]), default=None
            ),
        }

    def current_grade(self, enrollment: Row) -> Decimal | None:
        best = self.best_percentages(enrollment["course_id"], enrollment["learner_id"])
        weights = {a["id"]: a["weight_in_course"] for a in self.assessments if a["id"] in best}
        if all(weight is None for weight in weights.values()):
            weights = dict.fromkeys(weights, Decimal(1))
        total = sum((Fraction(weight or 0) for weight in weights.values()), Fraction(0))
        if not total:
            return None
        return rounded(sum(Fraction(weights[a] or 0) * best[a] for a in best) / total)

    def enrollment_metrics(self, course: Id, as_of: datetime) -> dict[Id, Row]:
        """engagement_score and learning_velocity of each enrollment of the course."""
        learners = {e["learner_id"]: e["id"] for e in self.enrollments if e["course_id"] == course}
        events = defaultdict(list)
        for event in self.interactions:
            if event["course_id"] == course and as_of - WINDOW < event["timestamp"] <= as_of:
                events[event["learner_id"]].append(event)
        measures: list[Callable[[Id], int]] = [
            lambda learner: len({e["timestamp"].astimezone(UTC).date() for e in events[learner]}),
            lambda learner: len(events[learner]),
            lambda learner: len({e["section_id"] for e in events[learner]}),
        ]
        sections = {s["id"] for s in self.sections if s["course_id"] == course}
        gains: dict[Id, Fraction] = dict.fromkeys(learners, Fraction(0))
        active = {learner for learner in learners if events[learner]}
        for change in self.history:
            if (
                change["section_id"] in sections
                and change["learner_id"] in gains
                and as_of - WINDOW <= change["changed_at"] <= as_of
            ):
                gain = Fraction(change["percentage"]) - Fraction(change["previous_percentage"])
                gains[change["learner_id"]] += max(gain, Fraction(0))
                active.add(change["learner_id"])
        median = (
            statistics.median([gains[learner] for learner in active]) if active else Fraction(0)
        )
        metrics = {}
        for learner, enrollment in learners.items():
            ranks = Fraction(0)
            for measure in measures:
                below = sum(measure(other) < measure(learner) for other in learners)
                ranks += Fraction(below, len(learners) - 1) if len(learners) > 1 else 0
            velocity = rounded(gains[learner] / median) if median else None
            metrics[enrollment] = {
                "engagement_score": rounded(ranks / 3),
                "learning_velocity": velocity if velocity is None or velocity < 1000 else None,
            }
        return metrics

    def course_metrics(self, course: Id) -> Row:
        enrolled = [e for e in self.enrollments if e["course_id"] == course]
        completed = sum(e["completion_status"] == "completed" for e in enrolled)
        kinds = {a["id"]: a["assessment_type"] for a in self.assessments}
        pre, post = [], []
        for enrollment in enrolled:
            of_kind = defaultdict(list)
            best = self.best_percentages(course, enrollment["learner_id"])
            for assessment, percentage in best.items():
                of_kind[kinds[assessment]].append(percentage)
            if of_kind["diagnostic"] and of_kind["summative"]:
                pre.append(statistics.mean(of_kind["diagnostic"]))
                post.append(statistics.mean(of_kind["summative"]))
        gain = None
        if pre and statistics.mean(pre) < 100:
            gain = rounded(
                (statistics.mean(post) - statistics.mean(pre)) / (100 - statistics.mean(pre))
            )
        return {
            "enrollment_count": len(enrolled),
            "completion_rate": rounded(Fraction(100 * completed, len(enrolled)))
            if enrolled
            else None,
            "learning_effectiveness_score": gain if gain is not None and -10 < gain <= 1 else None,
        }

    def section_counters(self, progress: Row) -> Row:
        events = [
            event
            for event in self.interactions
            if (event["learner_id"], event["section_id"])
            == (progress["learner_id"], progress["section_id"])
        ]
        meaningful = [event for event in events if event["interaction_type"] in MEANINGFUL]
        return {
            "first_accessed": min((event["timestamp"] for event in events), default=None),
            "last_accessed": max((event["timestamp"] for event in events), default=None),
            "total_time_spent": min(_seconds(events), LARGEST_INTEGER),
            "active_learning_time": min(_seconds(meaningful), LARGEST_INTEGER),
            "interaction_count": len(events),
            "meaningful_interactions": len(meaningful),
            "help_requests": sum(e["interaction_type"] == "help_request" for e in events),
        }

    def section_evidence(self, progress: Row) -> Row:
        """But for retention, which a refresh keeps."""
        of_section = {
            a["id"]: a for a in self.assessments if a["section_id"] == progress["section_id"]
        }
        found = shares(
            (
                event
                for event in self.interactions
                if (event["learner_id"], event["section_id"])
                == (progress["learner_id"], progress["section_id"])
            ),
            (
                attempt | {"format": of_section[attempt["assessment_id"]]["format"]}
                for attempt in self.attempts
                if attempt["learner_id"] == progress["learner_id"]
                and attempt["assessment_id"] in of_section
            ),
        )
        derived: Row = {}
        for name in ("comprehension", "application"):
            total = sum(found[name], Fraction(0))
            derived[f"{name}_n"] = len(found[name])
            derived[f"{name}_sum"] = 10000 * total
            if f"{name}_score" not in progress["supplied"]:
                n = len(found[name])
                derived[f"{name}_score"] = rounded(total / n) if n else None
        return derived

    def attempt_result(self, attempt: Row) -> Row:
        if attempt["score"] is None:
            return {}
        assessment = next(a for a in self.assessments if a["id"] == attempt["assessment_id"])
        passing = assessment["passing_score"]
        return {
            "percentage_score": percentage(attempt["score"], assessment["total_points"]),
            "passed": None if passing is None else attempt["score"] >= passing,
        }

    def kept_faults(self) -> list[Fault]:
        """Stored values that triggers keep, and that differ from their definition."""
        found: list[Fault] = []
        for enrollment in self.enrollments:
            derived = self.enrollment_progress(enrollment)
            derived["current_grade"] = self.current_grade(enrollment)
            found += _differences("course_enrollments", enrollment, derived)
        for progress in self.progress:
            found += _differences("section_progress", progress, self.section_counters(progress))
            found += _differences("section_progress", progress, self.section_evidence(progress))
        for attempt in self.attempts:
            found += _differences("assessment_attempts", attempt, self.attempt_result(attempt))
        return found

    def history_faults(self) -> list[Fault]:
        """Gaps in the history of a progress row: each change begins where the last one ended."""
        changes = defaultdict(list)
        for change in sorted(self.history, key=lambda row: cast(int, row["id"])):
            changes[change["learner_id"], change["section_id"]].append(change)
        found: list[Fault] = []
        for progress in self.progress:
            reached = Decimal(0)
            table = "section_progress_history"
            for change in changes[progress["learner_id"], progress["section_id"]]:
                found += _differences(table, change, {"previous_percentage": reached})
                reached = change["percentage"]
            if reached != progress["completion_percentage"]:
                found.append((table, "percentage", reached, progress["completion_percentage"]))
        return found

    def faults(self) -> list[Fault]:
        """Stored values that differ from their definition: table, column, stored, derived."""
        found = self.kept_faults()
        metrics: dict[Id, Row] = {}
        for course in self.courses:
            derived = self.course_metrics(course["id"])
            found += _differences("educational_courses", course, derived)
            if course["metrics_as_of"] is not None:
                metrics |= self.enrollment_metrics(course["id"], course["metrics_as_of"])
        for enrollment in self.enrollments:
            derived = metrics.get(enrollment["id"], {})
            found += _differences("course_enrollments", enrollment, derived)
        for assessment in self.assessments:
            found += self._assessment_faults(assessment)
        return found

    def _assessment_faults(self, assessment: Row) -> list[Fault]:
        attempts = [t for t in self.attempts if t["assessment_id"] == assessment["id"]]
        derived = assessment_statistics(assessment["questions"], attempts)
        facility = derived["facility"]
        difficulty = None if facility is None else 1 - facility
        alpha = derived["reliability"]
        return [
            ("educational_assessments", column, assessment[column], value)
            for column, value in (
                ("difficulty_rating", difficulty if 0 <= (difficulty or 0) <= 1 else None),
                ("discrimination_index", derived["discrimination"]),
                ("reliability_coefficient", alpha if (alpha or 0) > -9.995 else None),
            )
            if not is_near(value, assessment[column], 0.005 + 1e-6)
        ]


def _differences(table: str, row: Row, derived: Row) -> list[Fault]:
    return [
        (table, column, row[column], value)
        for column, value in derived.items()
        if row[column] != value
    ]


def is_near(one: float | None, other: float | Decimal | None, tolerance: float = 1e-6) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return abs(one - float(other)) <= tolerance


def _seconds(events: Iterable[Row]) -> int:
    return sum(event["duration_seconds"] or 0 for event in events)
