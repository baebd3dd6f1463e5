"""Sample data and the dashboards that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from lms_schema import pages
from lms_schema.catalog import trust
from lms_schema.errors import UsageError
from lms_schema.exports import output_files
from lms_schema.operations.migrate import migrate
from lms_schema.sample_data import dashboards, generator
from lms_schema.sample_data.printing import print_bars, print_table
from lms_schema.sample_data.teacher_page import teacher_page
from lms_schema.server import search_path
from lms_schema.server.sessions import Session, session

Connection = psycopg.Connection[Any]

SHOWN = "CS220"
"""Code of the course that is shown in full: it is in its last weeks."""


def demo(
    conninfo: str,
    *,
    schema: str | None = None,
    html: Path | None = None,
    on_event: Callable[[str], None] | None = None,
) -> None:
    """Migrate, load sample data, refresh the analytics and print them.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema, created when missing; by default the first existing one of the
            connection's search path.
        html: Where to write the dashboards as one HTML page, too.
        on_event: Called with what is going on, a line at a time.

    Raises:
        UsageError: When the schema holds learners, or a page is wanted and cannot be written or
            the extra `docs` is not installed; nothing was changed.
        LmsSchemaError: Whatever else `migrate` raises.
    """
    tell = on_event or (lambda _text: None)
    page = None
    if html is not None:
        page = pages.template("demo.html")
        output_files.try_out(html)
    with session(conninfo, schema=schema) as opened:
        _refuse_data(opened)
    result = migrate(conninfo, schema=schema)
    tell(f"migrated schema {result.schema} on PostgreSQL {result.server_major}")
    with session(conninfo, schema=result.schema) as opened, ExitStack() as stack:
        connection = opened.connection
        trust.Ground(connection, opened.schema).enter(lambda event: tell(event.text))
        stack.enter_context(search_path.opened(connection, opened.schema))
        with connection.transaction():
            connection.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
            _refuse_data(opened)
            rows = generator.make(datetime.now(UTC))
            _load(connection, rows)
        tell(
            f"loaded {len(rows['learners'])} learners, {len(rows['educational_courses'])} courses, "
            f"{len(rows['course_enrollments'])} enrollments, "
            f"{len(rows['learning_interactions'])} interactions, "
            f"{len(rows['assessment_attempts'])} attempts"
        )
        connection.execute("SELECT refresh_learning_analytics()")
        _print(connection)
        if html is not None and page is not None:
            text = teacher_page(page, connection, as_of=datetime.now(UTC))
            output_files.write({html: text})
            tell(f"wrote {html}")


def _refuse_data(opened: Session) -> None:
    query = search_path.within(
        opened.connection, opened.schema, "SELECT FROM {schema}.learners LIMIT 1"
    )
    try:
        found = opened.connection.execute(query).fetchone()
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedTable):
        return
    if found is not None:
        raise UsageError(
            "The schema holds learners already: the demo would mix its sample data with them. "
            "Nothing was changed. Name an empty database or another --schema."
        )


def _load(connection: Connection, rows: dict[str, list[generator.Row]]) -> None:
    connection.execute(
        "CREATE TEMPORARY TABLE demo_progress ("
        "learner_id uuid, section_id uuid, course_id uuid, step integer, status progress_status, "
        "percentage numeric, reached_at timestamptz, comprehension_score numeric, "
        "retention_score numeric, application_score numeric) ON COMMIT DROP"
    )
    for table in _ORDER:
        _copy(connection, sql.Identifier(table), rows[table])
    _copy(connection, sql.Identifier("pg_temp", "demo_progress"), rows["progress"])
    connection.execute(files("lms_schema.sample_data").joinpath("demo.sql").read_bytes())


_ORDER = (
    "educational_institutions",
    "educational_courses",
    "learning_modules",
    "learning_sections",
    "educational_assessments",
    "learners",
    "course_enrollments",
    "learning_sessions",
    "learning_interactions",
    "assessment_attempts",
)


def _copy(connection: Connection, table: sql.Identifier, rows: Sequence[generator.Row]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        table, sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_adapted(value) for value in row.values()])


def _adapted(value: object) -> object:
    return Jsonb(value) if isinstance(value, (dict, list)) else value


def _print(connection: Connection) -> None:
    courses = dashboards.courses(connection)
    (shown,) = [course for course in courses if course.code == SHOWN]
    print_table(
        "learning_analytics_dashboard",
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
            for course in courses
        ],
    )
    print_table(
        "learner_progress_analytics",
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
            for learner in dashboards.learners(connection)
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
            for pace in dashboards.paces(connection)
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
        ],
    )
    print_bars(
        f"Activity: {shown.title}",
        "Learners with an interaction, by week of the course.",
        [
            (f"{week.monday:%d %b}", week.learners)
            for week in dashboards.weeks(connection, shown.id)
        ],
    )
    print_bars(
        f"Progress: {shown.title}",
        "Learners by how much of the course they have done.",
        [
            (f"from {band.lowest} %", band.learners)
            for band in dashboards.bands(connection, shown.id)
        ],
    )
    risks = dashboards.risks(connection, shown.id)
    print_table(
        f"at_risk_learners: {shown.title}",
        f"Who may need help, and why: the first of {len(risks)}.",
        ("learner", "reasons", "progress %", "last activity"),
        [
            (
                risk.name,
                ", ".join(risk.reasons),
                _round(risk.progress, 1),
                f"{risk.last_activity:%d %b}" if risk.last_activity else None,
            )
            for risk in risks[:10]
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
            for assessment in dashboards.assessments(connection, shown.id)
        ],
    )


def _round(value: Decimal | None, digits: int) -> Decimal | None:
    return None if value is None else round(value, digits)
