"""The figures that the demo shows, as the views and functions of the schema give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from lms_schema.events import Event, OnEvent, unheard

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Course:
    """A course and its row of course_analytics, with figures of its effectiveness.

    Attributes:
        id: The course.
        title: Its title.
        code: Its code.
        institution: Who teaches it.
        enrolled: Learners, whatever their status.
        completed: Learners who completed it.
        progress: Mean progress, percent.
        hours: Mean time spent, hours.
        comprehension: Mean over progress rows, 0 to 1.
        score: Mean of best percentages, percent.
        attempts: Attempts of any status.
        pass_rate: Passed share of graded assessments, best attempts, percent.
        engagement: Mean engagement score, 0 to 1.
        gain: Normalised gain from the diagnostic to the summative assessments, at most 1.
        rating: Mean rating, 1 to 5.
        ratings: Number of ratings.
    """

    id: UUID
    title: str
    code: str
    institution: str
    enrolled: int
    completed: int
    progress: Decimal | None
    hours: Decimal | None
    comprehension: Decimal | None
    score: Decimal | None
    attempts: int
    pass_rate: Decimal | None
    engagement: Decimal | None
    gain: Decimal | None
    rating: Decimal | None
    ratings: int


@dataclass(frozen=True)
class Learner:
    """A learner and their row of learner_analytics.

    Attributes:
        name: First and last name.
        courses: Enrollments.
        completed: Completed enrollments.
        progress: Mean progress, percent.
        hours: Time spent, hours.
        sessions: Number of sessions.
        session_minutes: Mean length of a session, minutes.
        score: Mean of best percentages, percent.
        most_often: The most frequent type of interaction.
    """

    name: str
    courses: int
    completed: int
    progress: Decimal | None
    hours: Decimal | None
    sessions: int
    session_minutes: Decimal | None
    score: Decimal | None
    most_often: str | None


@dataclass(frozen=True)
class Pace:
    """How fast a learner goes on in a course, by calculate_learning_velocity.

    Attributes:
        name: First and last name.
        course: Title of the course.
        progress: Progress, percent.
        week: Points of percent a day, over the last 7 days.
        month: The same over the last 30 days.
        month_before: The same over the 30 days before these.
    """

    name: str
    course: str
    progress: Decimal
    week: Decimal
    month: Decimal
    month_before: Decimal


@dataclass(frozen=True)
class Week:
    """Activity in a course in a week.

    Attributes:
        monday: Its first day, UTC.
        learners: Learners with an interaction.
        interactions: Interactions.
        finished: Learners who had completed the course before the week and had no interaction
            in it.
    """

    monday: date
    learners: int
    interactions: int
    finished: int


@dataclass(frozen=True)
class Day:
    """Activity in a course on a day, by course_daily_activity.

    Attributes:
        day: The day, UTC.
        learners: Learners with an interaction.
        interactions: Interactions.
        meaningful: Those in which a learner does something with the content.
        hours: Their duration, hours.
    """

    day: date
    learners: int
    interactions: int
    meaningful: int
    hours: Decimal


@dataclass(frozen=True)
class Band:
    """Learners between two percentages of progress.

    Attributes:
        lowest: The lowest percentage; the next band's is not in it.
        learners: Learners, whatever their status.
    """

    lowest: int
    learners: int


@dataclass(frozen=True)
class Risk:
    """A learner who may need help, by at_risk_learners.

    Attributes:
        name: First and last name.
        email: Address.
        reasons: inactive, behind, failing, not_started.
        last_activity: Latest interaction or change of progress.
        progress: Progress, percent.
    """

    name: str
    email: str
    reasons: Sequence[str]
    last_activity: datetime | None
    progress: Decimal


@dataclass(frozen=True)
class Assessment:
    """An assessment, by calculate_assessment_statistics and calculate_item_statistics.

    Attributes:
        title: Its title.
        learners: Learners with a graded attempt; the first one of each counts.
        facility: Mean share of the points, 0 to 1.
        reliability: Cronbach's alpha, at most 1.
        standard_error: Of the total, points.
        hardest: The question with the lowest facility.
        hardest_facility: Its facility, 0 to 1.
        weakest: The question whose scores agree least with the rest.
        weakest_item_rest: Its correlation with the rest, -1 to 1.
    """

    title: str
    learners: int
    facility: float | None
    reliability: float | None
    standard_error: float | None
    hardest: str | None
    hardest_facility: float | None
    weakest: str | None
    weakest_item_rest: float | None


@dataclass(frozen=True)
class Objective:
    """What learners show of an objective, by objective_mastery.

    Attributes:
        name: Its id.
        learners: Learners with a graded question about it.
        mastery: Mean over them, 0 to 1.
        questions: Answers that this rests on.
    """

    name: str
    learners: int
    mastery: float
    questions: int


_COURSES = """
SELECT
    d.course_id AS id,
    d.course_title AS title,
    c.course_code AS code,
    i.name AS institution,
    d.total_enrollments AS enrolled,
    d.completed_learners AS completed,
    d.average_progress AS progress,
    d.average_time_spent_minutes / 60 AS hours,
    d.average_comprehension AS comprehension,
    d.average_assessment_score AS score,
    d.total_assessment_attempts AS attempts,
    (f.figures ->> 'assessment_pass_rate')::numeric AS pass_rate,
    (f.figures ->> 'average_engagement_score')::numeric AS engagement,
    c.learning_effectiveness_score AS gain,
    c.average_rating AS rating,
    c.rating_count AS ratings
FROM course_analytics AS d
INNER JOIN educational_courses AS c ON d.course_id = c.id
INNER JOIN educational_institutions AS i ON c.institution_id = i.id
CROSS JOIN LATERAL (SELECT calculate_course_effectiveness(c.id) AS figures) AS f
ORDER BY d.average_progress DESC, d.course_title
"""

_LEARNERS = """
SELECT
    l.first_name || ' ' || l.last_name AS name,
    a.courses_enrolled AS courses,
    a.courses_completed AS completed,
    a.average_course_progress AS progress,
    a.total_learning_time_minutes / 60.0 AS hours,
    a.total_learning_sessions AS sessions,
    a.average_session_duration AS session_minutes,
    a.average_assessment_performance AS score,
    a.preferred_interaction_type::text AS most_often
FROM (
    SELECT
        v.*,
        row_number() OVER (ORDER BY v.average_course_progress DESC, v.learner_id) AS place
    FROM learner_analytics AS v
) AS a
INNER JOIN learners AS l ON a.learner_id = l.id
WHERE a.place % 20 = 1
ORDER BY a.place
"""

_PACES = """
SELECT
    l.first_name || ' ' || l.last_name AS name,
    c.title AS course,
    e.overall_progress AS progress,
    calculate_learning_velocity(l.id, c.id, 7) AS week,
    calculate_learning_velocity(l.id, c.id, 30) AS month,
    calculate_learning_velocity(l.id, c.id, 30, now() - interval '30 days') AS month_before
FROM (
    SELECT
        n.*,
        row_number() OVER (ORDER BY n.overall_progress DESC, n.id) AS place
    FROM course_enrollments AS n
    WHERE n.completion_status = 'in_progress'
) AS e
INNER JOIN learners AS l ON e.learner_id = l.id
INNER JOIN educational_courses AS c ON e.course_id = c.id
WHERE e.place % 20 = 10
ORDER BY e.place
"""

_WEEKS = """
WITH week AS (
    SELECT
        date_trunc('week', li.timestamp) AS monday,
        count(DISTINCT li.learner_id) AS learners,
        count(*) AS interactions
    FROM learning_interactions AS li
    WHERE li.course_id = %(course)s
    GROUP BY date_trunc('week', li.timestamp)
)

SELECT
    s.monday::date AS monday,
    coalesce(week.learners, 0) AS learners,
    coalesce(week.interactions, 0) AS interactions,
    (
        SELECT count(*)
        FROM course_enrollments AS e
        WHERE
            e.course_id = %(course)s
            AND e.completion_date < s.monday
            AND NOT EXISTS (
                SELECT FROM learning_interactions AS i
                WHERE
                    i.learner_id = e.learner_id
                    AND i.course_id = e.course_id
                    AND i.timestamp >= s.monday
                    AND i.timestamp < s.monday + interval '1 week'
            )
    ) AS finished
FROM
    generate_series(
        (SELECT min(w.monday) FROM week AS w),
        (SELECT max(w.monday) FROM week AS w),
        interval '1 week'
    ) AS s (monday)
LEFT JOIN week ON s.monday = week.monday
ORDER BY s.monday
"""

_DAYS = """
SELECT
    s.day::date AS day,
    coalesce(a.active_learners, 0) AS learners,
    coalesce(a.interactions, 0) AS interactions,
    coalesce(a.meaningful_interactions, 0) AS meaningful,
    coalesce(a.seconds, 0) / 3600.0 AS hours
FROM (
    SELECT max(c.utc_day)::timestamp AS last_day
    FROM course_daily_activity AS c
    WHERE c.course_id = %(course)s
) AS shown
CROSS JOIN
    generate_series(
        shown.last_day - interval '13 days', shown.last_day, interval '1 day'
    ) AS s (day)
LEFT JOIN course_daily_activity AS a
    ON a.course_id = %(course)s AND s.day::date = a.utc_day
ORDER BY s.day
"""

_BANDS = """
SELECT
    s.lowest,
    count(e.id) AS learners
FROM generate_series(0, 90, 10) AS s (lowest)
LEFT JOIN course_enrollments AS e
    ON
        e.course_id = %(course)s
        AND least(floor(e.overall_progress / 10), 9) = s.lowest / 10
GROUP BY s.lowest
ORDER BY s.lowest
"""

_RISKS = """
SELECT
    l.first_name || ' ' || l.last_name AS name,
    l.email,
    r.reasons,
    r.last_activity,
    r.progress
FROM at_risk_learners(%(course)s) AS r
INNER JOIN learners AS l ON r.learner_id = l.id
ORDER BY cardinality(r.reasons) DESC, r.progress, l.id
"""

_ASSESSMENTS = """
SELECT
    a.title,
    (f.figures ->> 'n')::integer AS learners,
    (f.figures ->> 'facility')::double precision AS facility,
    (f.figures ->> 'reliability')::double precision AS reliability,
    (f.figures ->> 'standard_error')::double precision AS standard_error,
    hardest.item_id AS hardest,
    hardest.facility AS hardest_facility,
    weakest.item_id AS weakest,
    weakest.item_rest AS weakest_item_rest
FROM educational_assessments AS a
LEFT JOIN learning_sections AS s ON a.section_id = s.id
LEFT JOIN learning_modules AS m ON s.module_id = m.id
CROSS JOIN LATERAL (SELECT calculate_assessment_statistics(a.id) AS figures) AS f
LEFT JOIN
    LATERAL (
        SELECT i.item_id, i.facility
        FROM calculate_item_statistics(a.id) AS i
        WHERE i.facility IS NOT NULL
        ORDER BY i.facility, i.item_id
        LIMIT 1
    ) AS hardest ON TRUE
LEFT JOIN
    LATERAL (
        SELECT i.item_id, i.item_rest
        FROM calculate_item_statistics(a.id) AS i
        WHERE i.item_rest IS NOT NULL
        ORDER BY i.item_rest, i.item_id
        LIMIT 1
    ) AS weakest ON TRUE
WHERE a.course_id = %(course)s
ORDER BY array_position(ARRAY['diagnostic', 'formative'], a.assessment_type::text), m.module_order
"""


_OBJECTIVES = """
SELECT
    m.objective_id AS name,
    count(*) AS learners,
    avg(m.mastery) AS mastery,
    sum(m.questions)::bigint AS questions
FROM course_enrollments AS e
CROSS JOIN LATERAL objective_mastery(e.learner_id, e.course_id) AS m
WHERE e.course_id = %(course)s
GROUP BY m.objective_id
ORDER BY mastery, name
"""


@dataclass(frozen=True)
class Details:
    """A course in full.

    Attributes:
        weeks: From its first interaction to its last.
        days: The fourteen up to its last interaction; none without one.
        bands: Ten bands of progress, the lowest first; 100 percent is in the last.
        risks: Who may need help, most reasons and least progress first.
        assessments: Diagnostic, those of its modules, summative.
        objectives: The one that is mastered least first.
    """

    weeks: Sequence[Week]
    days: Sequence[Day]
    bands: Sequence[Band]
    risks: Sequence[Risk]
    assessments: Sequence[Assessment]
    objectives: Sequence[Objective]


@dataclass(frozen=True)
class Figures:
    """All that the demo shows.

    Attributes:
        courses: All courses, the one with the most progress first.
        learners: One learner in twenty, by progress.
        paces: One enrollment in twenty of those in progress, by progress.
        details: Of each course, by its id.
    """

    courses: Sequence[Course]
    learners: Sequence[Learner]
    paces: Sequence[Pace]
    details: Mapping[UUID, Details]


def read(connection: Connection, on_event: OnEvent = unheard) -> Figures:
    """Read everything; each course is a step."""
    on_event(Event("begin", "reads the dashboards"))
    found = courses(connection)
    on_event(Event("begin", "reads the dashboards", total=len(found)))
    details = {}
    for course in found:
        details[course.id] = Details(
            weeks(connection, course.id),
            days(connection, course.id),
            bands(connection, course.id),
            risks(connection, course.id),
            assessments(connection, course.id),
            objectives(connection, course.id),
        )
        on_event(Event("step", course.title))
    return Figures(found, learners(connection), paces(connection), details)


def courses(connection: Connection) -> list[Course]:
    """Return all courses, the one with the most progress first."""
    return _read(connection, Course, _COURSES)


def learners(connection: Connection) -> list[Learner]:
    """Return one learner in twenty, by progress."""
    return _read(connection, Learner, _LEARNERS)


def paces(connection: Connection) -> list[Pace]:
    """Return one enrollment in twenty of those in progress, by progress."""
    return _read(connection, Pace, _PACES)


def weeks(connection: Connection, course: UUID) -> list[Week]:
    """Return the weeks of a course from its first interaction to its last."""
    return _read(connection, Week, _WEEKS, course)


def days(connection: Connection, course: UUID) -> list[Day]:
    """Return the fourteen days up to the last interaction in a course; none without one."""
    return _read(connection, Day, _DAYS, course)


def bands(connection: Connection, course: UUID) -> list[Band]:
    """Return ten bands of progress, the lowest first; 100 percent is in the last."""
    return _read(connection, Band, _BANDS, course)


def risks(connection: Connection, course: UUID) -> list[Risk]:
    """Return who may need help, most reasons and least progress first."""
    return _read(connection, Risk, _RISKS, course)


def assessments(connection: Connection, course: UUID) -> list[Assessment]:
    """Return the assessments of a course: diagnostic, those of its modules, summative."""
    return _read(connection, Assessment, _ASSESSMENTS, course)


def objectives(connection: Connection, course: UUID) -> list[Objective]:
    """Return what learners show of each objective of a course, the least mastered first."""
    return _read(connection, Objective, _OBJECTIVES, course)


def _read(
    connection: Connection, row: type[Row], query: str, course: UUID | None = None
) -> list[Row]:
    with connection.cursor(row_factory=class_row(row)) as cursor:
        values = {"course": course} if course else None  # without values % is an operator
        return cursor.execute(query.encode(), values).fetchall()
