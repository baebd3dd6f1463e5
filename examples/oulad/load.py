"""Loads the Open University Learning Analytics Dataset into a migrated database.

    python examples/oulad/load.py --database URL DIR

A file is checked as a whole before any row of it is stored, and rows that are stored already are
left alone: the loader can be stopped and started again at any time.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import psycopg
from files import DataFile, FileError, find
from psycopg import errors, sql
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from lms_schema import LmsSchemaError, UsageError
from lms_schema.sample_data.printing import print_table
from lms_schema.server import search_path
from lms_schema.server.connection_strings import locate
from lms_schema.server.sessions import session

SQL = Path(__file__).parent / "sql"
STEPS = {
    "courses": ("courses",),
    "vle": ("vle",),
    "assessments": ("assessments",),
    "students": ("studentInfo", "studentRegistration"),
    "attempts": ("studentAssessment",),
}
"""A transaction each: the file of sql/ and the tables of the dataset that it reads."""
EVENTS = "studentVle"
TABLES = (*(table for tables in STEPS.values() for table in tables), EVENTS)

Connection = psycopg.Connection[Any]


class Report:
    """What is going on: bars on a terminal, else a line when something is done."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.bars = Progress(
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    @contextmanager
    def step(self, name: str, total: int = 1) -> Iterator[Callable[[int], None]]:
        """Show a step; yields what to call with how much of the total is done."""
        task = self.bars.add_task(name, total=total)
        yield lambda done: self.bars.update(task, completed=done)
        self.bars.update(task, completed=total)

    def done(self, text: str) -> None:
        """Say what is done, where no bar does."""
        if self.bars.disable:
            self._console.print(text)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--database",
    metavar="URL",
    help="The database, migrated. Default: LMS_DATABASE_URL, else DATABASE_URL, else libpq's own.",
)
@click.option("--schema", metavar="NAME", help="Its schema. Default: the first of the search path.")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(database: str | None, schema: str | None, directory: Path) -> None:
    """Load the dataset in DIRECTORY, refresh the analytics and print the dashboard."""
    try:
        files = find(directory, TABLES, in_parts=EVENTS)
        report = Report()
        with (
            session(locate(database), schema=schema) as opened,
            search_path.opened(opened.connection, opened.schema),
            report.bars,
        ):
            load(opened.connection, files, report)
            with report.step("analytics"):
                opened.connection.execute("SELECT refresh_learning_analytics()")
            report.done("analytics: refreshed")
            report.bars.stop()
            print_dashboard(opened.connection)
    except LmsSchemaError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)


def load(connection: Connection, files: dict[str, list[DataFile]], report: Report) -> None:
    """Load the files by the statements in sql/.

    Raises:
        FileError: When a file cannot be loaded; no row of it was stored.
        UsageError: When the schema is not there.
    """
    found = connection.execute("SELECT to_regclass('learning_analytics_dashboard')").fetchone()
    if found is None or found[0] is None:
        raise UsageError("The schema holds no lms-schema. Run: lms-schema migrate")
    connection.execute("SET work_mem = '64MB'")
    connection.execute(statements("staging"))
    for name, tables in STEPS.items():
        with connection.transaction():
            for table in tables:
                stage(connection, table, files[table], report)
            with report.step(f"writes {name}"):
                connection.execute(statements(name))
    stage(connection, EVENTS, files[EVENTS], report)
    courses = connection.execute(
        "SELECT c.code_module || ':' || c.code_presentation FROM pg_temp.courses AS c ORDER BY 1"
    ).fetchall()
    with report.step("events and progress", len(courses)) as advance:
        for number, (course,) in enumerate(courses, 1):
            with connection.transaction():
                connection.execute("SELECT set_config('oulad.course', %s, true)", (course,))
                connection.execute(statements("course"))
            advance(number)
            report.done(f"{course.replace(':', ' ')}: events and progress")
    with report.step("analyzes the tables"):
        connection.execute(statements("analyze"))


def statements(name: str) -> bytes:
    """Return the SQL of a file of sql/."""
    return (SQL / f"{name}.sql").read_bytes()


def stage(connection: Connection, table: str, files: list[DataFile], report: Report) -> None:
    """Copy files into the temporary table of the same name, all or nothing, and check them."""
    name = sql.Identifier("pg_temp", table.lower())
    columns = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass "
        "AND attnum > 0 AND attidentity = '' ORDER BY attnum",
        (name.as_string(),),
    )
    names = sql.SQL(", ").join(sql.Identifier(column) for (column,) in columns)
    copy = sql.SQL(
        "COPY {} ({}) FROM STDIN (FORMAT csv, HEADER match, FORCE_NULL ({}), ENCODING 'UTF8')"
    ).format(name, names, names)
    with connection.transaction():
        before = 0
        for file in files:
            rows = copy_file(connection, copy, file, report)
            check_known(connection, table, file, before)
            before += rows
            report.done(f"{file.path.name}: {rows:,} rows")
        connection.execute(sql.SQL("ANALYZE {}").format(name))


def copy_file(connection: Connection, copy: sql.Composed, file: DataFile, report: Report) -> int:
    """Copy one file; return how many rows it holds."""
    with connection.cursor() as cursor, report.step(file.path.name, file.size) as advance:
        try:
            with cursor.copy(copy) as target:
                for block in file.blocks(advance):
                    target.write(block)
        except (errors.DataError, errors.IntegrityError) as error:
            raise bad_row(error, file) from None
        return cursor.rowcount


def bad_row(error: psycopg.Error, file: DataFile) -> FileError:
    """Say which line PostgreSQL rejected, and why, in any language of the server."""
    diagnostic = error.diag
    # COPY name, line 2, column date: "x"
    place = re.match(
        r"COPY [^,]+, \D*(\d+)(?:, \D+? (\w+))?(?:: (.*))?", diagnostic.context or "", re.DOTALL
    )
    line, column, value = place.groups() if place else (None, None, None)
    if isinstance(error, errors.CheckViolation):
        reason = diagnostic.constraint_name
    elif isinstance(error, errors.NotNullViolation):
        reason = f"{diagnostic.column_name} is missing"
    elif isinstance(error, errors.UniqueViolation):
        reason = f"repeats an earlier row: {diagnostic.message_detail}"
    else:
        reason = diagnostic.message_primary
        reason = f"{column}: {reason}" if column else reason
    return FileError(
        file.path.name, f"{reason}" + (f": {value}" if value else ""), int(line) if line else None
    )


def check_known(connection: Connection, table: str, file: DataFile, before: int) -> None:
    """Reject a file that names a course, site, assessment or enrollment of no other file."""
    if table == "courses":
        return
    view = sql.Identifier("pg_temp", f"{table.lower()}_unknown")
    query = "SELECT row_number, message FROM {} WHERE row_number > %s ORDER BY row_number LIMIT 1"
    found = connection.execute(sql.SQL(query).format(view), (before,)).fetchone()
    if found is not None:
        # the header is the file's first line
        raise FileError(file.path.name, found[1], found[0] - before + 1)


def print_dashboard(connection: Connection) -> None:
    """Print a line for each course: what the views and functions say."""
    rows = connection.execute(statements("dashboard")).fetchall()
    print_table(
        "Learning analytics dashboard",
        "One line per course: rate is completed of enrolled, pass rate passed of graded.",
        (
            "course",
            "enrolled",
            "completed",
            "rate %",
            "attempts",
            "mean score",
            "pass rate %",
            "sections",
            "events",
        ),
        rows,
    )


if __name__ == "__main__":
    main()
