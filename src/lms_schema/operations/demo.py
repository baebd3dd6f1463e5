"""Sample data and the dashboards that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from lms_schema import pages
from lms_schema.catalog import trust
from lms_schema.errors import UsageError
from lms_schema.events import Event, OnEvent, steps, unheard
from lms_schema.exports import output_files
from lms_schema.operations.migrate import migrate
from lms_schema.sample_data import dashboards, generator
from lms_schema.sample_data.teacher_page import teacher_page
from lms_schema.server import search_path
from lms_schema.server.sessions import Session, session

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class DemoResult:
    """What a demo did.

    Attributes:
        database: Name of the database.
        schema: The schema.
        server_major: PostgreSQL's major version.
        loaded: How many rows of sample data each table got.
        figures: The dashboards.
        page: The page that was written, or None.
    """

    database: str
    schema: str
    server_major: int
    loaded: Mapping[str, int]
    figures: dashboards.Figures
    page: Path | None


def demo(
    conninfo: str,
    *,
    schema: str | None = None,
    html: Path | None = None,
    on_event: OnEvent = unheard,
) -> DemoResult:
    """Migrate, load sample data, refresh the analytics and read the dashboards.

    Args:
        conninfo: Any libpq connection string.
        schema: The target schema, created when missing; by default the first existing one of the
            connection's search path.
        html: Where to write the dashboards as one HTML page, too.
        on_event: Called with progress, and when others may create objects in the schema.

    Raises:
        UsageError: When the schema holds learners, or a page is wanted and cannot be written or
            the extra `docs` is not installed; nothing was changed.
        LmsSchemaError: Whatever else `migrate` raises.
    """
    page = None
    if html is not None:
        page = pages.template("demo.html")
        output_files.try_out(html)
    with session(conninfo, schema=schema) as opened:
        _refuse_data(opened)
    result = migrate(conninfo, schema=schema, on_event=steps(on_event, "applies the schema"))
    with session(conninfo, schema=result.schema) as opened, ExitStack() as stack:
        connection = opened.connection
        trust.Ground(connection, opened.schema).enter(on_event)
        stack.enter_context(search_path.opened(connection, opened.schema))
        with connection.transaction():
            connection.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
            _refuse_data(opened)
            rows = generator.make(datetime.now(UTC))
            _load(connection, rows, on_event)
        on_event(Event("begin", "refreshes the analytics"))
        connection.execute("SELECT refresh_learning_analytics()")
        figures = dashboards.read(connection, on_event)
        if html is not None and page is not None:
            text = teacher_page(page, figures, as_of=datetime.now(UTC))
            output_files.write({html: text})
    return DemoResult(
        database=result.database,
        schema=result.schema,
        server_major=result.server_major,
        loaded={table: len(rows[table]) for table in _ORDER},
        figures=figures,
        page=html,
    )


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


def _load(connection: Connection, rows: dict[str, list[generator.Row]], on_event: OnEvent) -> None:
    on_event(Event("begin", "loads the sample data", total=len(_ORDER)))
    connection.execute(
        "CREATE TEMPORARY TABLE demo_progress ("
        "learner_id uuid, section_id uuid, course_id uuid, step integer, status progress_status, "
        "percentage numeric, reached_at timestamptz) ON COMMIT DROP"
    )
    for table in _ORDER:
        _copy(connection, sql.Identifier(table), rows[table])
        on_event(Event("step", table))
    _copy(connection, sql.Identifier("pg_temp", "demo_progress"), rows["progress"])
    on_event(Event("begin", "lets the learners progress"))
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
    "course_ratings",
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
