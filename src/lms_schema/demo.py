"""Sample data and the dashboards that come of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from lms_schema import sample
from lms_schema.database import session
from lms_schema.errors import UsageError
from lms_schema.migrate import migrate
from lms_schema.tables import print_table

Connection = psycopg.Connection[Any]

_COURSES = """
SELECT
    d.course_title,
    d.total_enrollments,
    d.completed_learners,
    round(d.average_progress, 1),
    round(d.average_time_spent_minutes / 60, 1),
    d.average_comprehension,
    round(d.average_assessment_score, 1),
    d.total_assessment_attempts
FROM learning_analytics_dashboard AS d
ORDER BY d.average_progress DESC, d.course_title
"""

_LEARNERS = """
SELECT
    l.first_name || ' ' || l.last_name,
    a.courses_enrolled,
    a.courses_completed,
    round(a.average_course_progress, 1),
    round(a.total_learning_time_minutes / 60.0, 1),
    a.total_learning_sessions,
    round(a.average_session_duration),
    round(a.average_assessment_performance, 1),
    a.preferred_interaction_type::text
FROM (
    SELECT
        v.*,
        row_number() OVER (ORDER BY v.average_course_progress DESC, v.learner_id) AS place
    FROM learner_progress_analytics AS v
) AS a
INNER JOIN learners AS l ON a.learner_id = l.id
WHERE a.place % 20 = 1
ORDER BY a.place
"""

_EFFECTIVENESS = """
SELECT c.title, calculate_course_effectiveness(c.id)
FROM educational_courses AS c
WHERE c.course_code = 'CS220'
"""

_VELOCITIES = """
SELECT
    l.first_name || ' ' || l.last_name,
    c.title,
    round(e.overall_progress, 1),
    calculate_learning_velocity(l.id, c.id, 7),
    calculate_learning_velocity(l.id, c.id, 30),
    calculate_learning_velocity(l.id, c.id, 30, now() - interval '30 days')
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


def demo(
    conninfo: str, *, schema: str | None = None, on_event: Callable[[str], None] | None = None
) -> None:
    """Migrate, load sample data, refresh the analytics and print them.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema, created when missing; by default the first existing one of the
            connection's search path.
        on_event: Called with what is going on, a line at a time.

    Raises:
        UsageError: When the schema holds learners; nothing was changed.
        LmsSchemaError: Whatever else `migrate` raises.
    """
    tell = on_event or (lambda _text: None)
    with session(conninfo, schema=schema) as opened:
        _refuse_data(opened.connection)
    result = migrate(conninfo, schema=schema)
    tell(f"migrated schema {result.schema} on PostgreSQL {result.server_major}")
    with session(conninfo, schema=result.schema) as opened:
        connection = opened.connection
        with connection.transaction():
            connection.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
            _refuse_data(connection)
            rows = sample.make(datetime.now(UTC))
            _load(connection, rows)
        tell(
            f"loaded {len(rows['learners'])} learners, {len(rows['educational_courses'])} courses, "
            f"{len(rows['course_enrollments'])} enrollments, "
            f"{len(rows['learning_interactions'])} interactions, "
            f"{len(rows['assessment_attempts'])} attempts"
        )
        connection.execute("SELECT refresh_learning_analytics()")
        _print(connection)


def _refuse_data(connection: Connection) -> None:
    found = connection.execute("SELECT to_regclass('learners')").fetchone()
    if found is None or found[0] is None:
        return
    if connection.execute("SELECT FROM learners LIMIT 1").fetchone() is not None:
        raise UsageError(
            "The schema holds learners already: the demo would mix its sample data with them. "
            "Nothing was changed. Name an empty database or another --schema."
        )


def _load(connection: Connection, rows: dict[str, list[sample.Row]]) -> None:
    connection.execute(
        "CREATE TEMPORARY TABLE demo_progress ("
        "learner_id uuid, section_id uuid, course_id uuid, step integer, status progress_status, "
        "percentage numeric, reached_at timestamptz, comprehension_score numeric, "
        "retention_score numeric, application_score numeric) ON COMMIT DROP"
    )
    for table in _ORDER:
        _copy(connection, sql.Identifier(table), rows[table])
    _copy(connection, sql.Identifier("pg_temp", "demo_progress"), rows["progress"])
    connection.execute(files("lms_schema").joinpath("demo.sql").read_bytes())


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


def _copy(connection: Connection, table: sql.Identifier, rows: Sequence[sample.Row]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        table, sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([_adapted(value) for value in row.values()])


def _adapted(value: object) -> object:
    return Jsonb(value) if isinstance(value, (dict, list)) else value


def _print(connection: Connection) -> None:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query.encode()).fetchall()

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
        rows(_COURSES),
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
        rows(_LEARNERS),
    )
    ((title, figures),) = rows(_EFFECTIVENESS)
    print_table(
        f"calculate_course_effectiveness: {title}",
        "How well one course works: percent, hours, and scores from 0 to 1.",
        ("figure", "value"),
        list(figures.items()),
    )
    print_table(
        "calculate_learning_velocity",
        "Points of percent gained a day in the sections of a course: who speeds up, who stalls.",
        ("learner", "course", "progress %", "last 7 days", "last 30 days", "30 days before"),
        rows(_VELOCITIES),
    )
