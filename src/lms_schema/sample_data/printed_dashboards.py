"""The dashboards as tables and bars in a terminal."""

from __future__ import annotations

from decimal import Decimal

from lms_schema.sample_data.dashboards import Figures
from lms_schema.sample_data.printing import print_bars, print_table

SHOWN = "CS220"
"""Code of the course that is shown in full: it is in its last weeks."""


def print_dashboards(figures: Figures) -> None:
    """Print them to standard output; of the courses one is shown in full."""
    (shown,) = [course for course in figures.courses if course.code == SHOWN]
    details = figures.details[shown.id]
    print_table(
        "course_analytics",
        "How each course is doing: means over its enrollments, scores from best attempts.",
        (
            "course",
            "enrolled",
            "done",
            "progress %",
            "hours",
            "comprehension",
            "score %",
            "attempts",
        ),
        [
            (
                course.title,
                course.enrolled,
                course.completed,
                _round(course.progress, 1),
                _round(course.hours, 1),
                course.comprehension,
                _round(course.score, 1),
                course.attempts,
            )
            for course in figures.courses
        ],
    )
    print_table(
        "learner_analytics",
        "How learners are doing over all their courses: one in twenty, by progress.",
        (
            "learner",
            "courses",
            "done",
            "progress %",
            "hours",
            "sessions",
            "minutes each",
            "score %",
            "most often",
        ),
        [
            (
                learner.name,
                learner.courses,
                learner.completed,
                _round(learner.progress, 1),
                _round(learner.hours, 1),
                learner.sessions,
                _round(learner.session_minutes, 0),
                _round(learner.score, 1),
                learner.most_often,
            )
            for learner in figures.learners
        ],
    )
    print_table(
        "calculate_learning_velocity",
        "Points of percent gained a day in the sections of a course: who speeds up, who stalls.",
        ("learner", "course", "progress %", "last 7 days", "last 30 days", "30 days before"),
        [
            (
                pace.name,
                pace.course,
                _round(pace.progress, 1),
                pace.week,
                pace.month,
                pace.month_before,
            )
            for pace in figures.paces
        ],
    )
    print_table(
        f"calculate_course_effectiveness: {shown.title}",
        "How well one course works: hours, percent, and scores from 0 to 1.",
        ("figure", "value"),
        [
            ("mean time spent, hours", shown.hours),
            ("assessments passed, percent", shown.pass_rate),
            ("mean comprehension", shown.comprehension),
            ("mean engagement", shown.engagement),
            ("normalised gain in knowledge", shown.gain),
            (f"mean of {shown.ratings} ratings, 1 to 5", shown.rating),
        ],
    )
    print_bars(
        f"Activity: {shown.title}",
        "Learners with an interaction, by week of the course. "
        f"In the last one {details.weeks[-1].finished} were not active because they had finished.",
        [(f"{week.monday:%d %b}", week.learners) for week in details.weeks],
    )
    print_bars(
        f"course_daily_activity: {shown.title}",
        "Learners with an interaction, by day, in the fourteen days up to the last one.",
        [(f"{day.day:%a %d %b}", day.learners) for day in details.days],
    )
    print_bars(
        f"Progress: {shown.title}",
        "Learners by how much of the course they have done.",
        [(f"from {band.lowest} %", band.learners) for band in details.bands],
    )
    print_table(
        f"at_risk_learners: {shown.title}",
        f"Who may need help, and why: the first of {len(details.risks)}.",
        ("learner", "reasons", "progress %", "last activity"),
        [
            (
                risk.name,
                ", ".join(risk.reasons),
                _round(risk.progress, 1),
                f"{risk.last_activity:%d %b}" if risk.last_activity else None,
            )
            for risk in details.risks[:10]
        ],
    )
    print_table(
        f"calculate_assessment_statistics, calculate_item_statistics: {shown.title}",
        "First graded attempts: share of the points, Cronbach's alpha, and the hardest question.",
        ("assessment", "learners", "facility", "reliability", "hardest", "facility of it"),
        [
            (
                assessment.title,
                assessment.learners,
                assessment.facility,
                assessment.reliability,
                assessment.hardest,
                assessment.hardest_facility,
            )
            for assessment in details.assessments
        ],
    )
    print_table(
        f"objective_mastery: {shown.title}",
        "Points of most points over all graded attempts: the objectives mastered least.",
        ("objective", "learners", "mastery", "answers"),
        [
            (objective.name, objective.learners, objective.mastery, objective.questions)
            for objective in details.objectives[:8]
        ],
    )


def _round(value: Decimal | None, digits: int) -> Decimal | None:
    return None if value is None else round(value, digits)
