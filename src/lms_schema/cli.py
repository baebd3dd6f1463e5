"""The command line: parses, calls, prints, and maps errors to exit codes. It holds no SQL."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, TypeVar

import click

import lms_schema
from lms_schema import database as databases
from lms_schema import package as packages
from lms_schema.errors import LmsSchemaError, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

_JSON = "lms_schema.json"
_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0}

_EXIT_CODES = """\b
Exit codes:
  0  done, or nothing to do
  1  database or SQL error
  2  wrong usage, or a server version that is not supported
  3  something is pending (status, migrate --dry-run)
  4  the catalog differs from the release's (verify)
  5  a released file was edited
  6  a lock was not obtained
  8  the database is newer than this package
"""


class Group(click.Group):
    """Turns the package's errors into exit codes, and with --json into a document."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note whether a document is wanted: an error in the arguments is one too."""
        ctx.meta[_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.meta[_JSON]:
                wrong = UsageError(error.format_message())
                _print_json({"format": 1, "command": ctx.invoked_subcommand, **wrong.to_json()})
            raise
        except LmsSchemaError as error:
            if ctx.meta[_JSON]:
                _print_json({"format": 1, "command": ctx.invoked_subcommand, **error.to_json()})
            click.echo(f"{click.style('Error:', fg='red', bold=True)} {error}", err=True)
            return ctx.exit(error.exit_code)


def _duration(_ctx: click.Context, _parameter: click.Parameter, value: str) -> float:
    """Return the seconds of a time span like 500ms, 5s or 2min; a plain number is seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|)", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is not a time span; write 500ms, 5s or 2min.")
    return float(match.group(1)) * _SECONDS[match.group(2)]


def database_option(command: Command) -> Command:
    """Add `--database`, and pass its connection string as `conninfo`."""
    return click.option(
        "--database",
        "conninfo",
        metavar="URL",
        callback=lambda _ctx, _parameter, value: databases.locate(value),
        help="The database: a libpq URL or key=value string, or embedded[:DIR] for the PostgreSQL "
        "of the 'embedded' extra. Default: LMS_DATABASE_URL, else DATABASE_URL, else libpq's own "
        "variables, service file and defaults.",
    )(command)


def schema_option(command: Command) -> Command:
    """Add `--schema`."""
    return click.option(
        "--schema",
        metavar="NAME",
        help="The schema. Default: the first existing one of the connection's search path.",
    )(command)


def json_option(command: Command) -> Command:
    """Add `--json`, and pass it as `as_json`."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON document, also for an error; its 'format' is the version of its "
        "shape.",
    )(command)


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EXIT_CODES,
)
@click.version_option(
    lms_schema.__version__, prog_name="lms-schema", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Install, upgrade and prove the PostgreSQL schema of a learning platform.

    Results go to standard output, progress and errors to standard error.
    Passwords are never printed.
    """


@cli.command()
@database_option
@click.option(
    "--schema",
    metavar="NAME",
    help="The schema to install into, created when missing. Default: the first existing one of "
    "the connection's search path.",
)
@click.option("--to", metavar="ID", help="Stop after this file, like tables/020_learners.")
@click.option("--dry-run", is_flag=True, help="List what is pending and change nothing.")
@click.option(
    "--show-sql", is_flag=True, help="Print the SQL of the files that are applied, or pending."
)
@click.option(
    "--lock-timeout",
    metavar="TIME",
    callback=_duration,
    default="5s",
    show_default=True,
    help="How long a statement waits for a lock before its file is rolled back and tried again.",
)
@click.option(
    "--wait",
    metavar="TIME",
    callback=_duration,
    default="60s",
    show_default=True,
    help="How long to keep trying: for another runner to end, and for a file to get its locks.",
)
@json_option
def migrate(
    conninfo: str,
    schema: str | None,
    to: str | None,
    dry_run: bool,
    show_sql: bool,
    lock_timeout: float,
    wait: float,
    as_json: bool,
) -> None:
    """Apply what is pending, then what changed.

    Each file and its record is one transaction: after a crash, run it again. Tables, types and
    indexes are applied once. Functions, triggers, views and security are applied again when
    their file changed, and dropped when their file is gone. With --dry-run it ends with 3 when
    something is pending.
    """
    package = packages.read()
    result = lms_schema.migrate(
        conninfo,
        schema=schema,
        package=package,
        to=to,
        dry_run=dry_run,
        lock_timeout=lock_timeout,
        wait=wait,
        on_event=_tell,
    )
    texts = {
        action.file: package.by_id[action.file].text
        for action in result.actions
        if show_sql and action.file in package.by_id
    }
    if as_json:
        _print_json(result.to_json() | ({"sql": texts} if show_sql else {}))
    else:
        for file_id, text in texts.items():
            click.echo(f"-- {file_id}.sql\n{text}")
        _print_migrated(result, details=dry_run, err=show_sql)
    click.get_current_context().exit(3 if dry_run and result.actions else 0)


@cli.command()
@database_option
@schema_option
@json_option
def status(conninfo: str, schema: str | None, as_json: bool) -> None:
    """Tell what is applied, pending, changed and gone.

    It needs no right but SELECT and changes nothing. It ends with 3 when a migrate would do
    something, and with 5 or 8 when a migrate would refuse.
    """
    result = lms_schema.status(conninfo, schema=schema)
    if as_json:
        _print_json(result.to_json())
    else:
        _print_status(result)
    click.get_current_context().exit(result.exit_code)


@cli.command()
@database_option
@schema_option
@click.option("--strict", is_flag=True, help="Count notes, like extra indexes, as differences.")
@json_option
def verify(conninfo: str, schema: str | None, strict: bool, as_json: bool) -> None:
    """Compare the live catalog with this release's.

    It finds types, tables, columns, constraints, indexes, views, functions, triggers and
    policies that are missing or different, and what is extra on our tables. Tables and functions
    of others are ignored. It ends with 4 when there are differences.
    """
    result = lms_schema.verify(conninfo, schema=schema, strict=strict)
    if as_json:
        _print_json(result.to_json())
    else:
        for label, found in (("", result.differences), ("note: ", result.notes)):
            for difference in found:
                click.echo(f"{label}{difference.problem} {difference.kind} {difference.name}")
        for difference in (*result.differences, *result.notes):
            if difference.problem == "different":
                click.echo(f"\n{difference.kind} {difference.name}")
                click.echo(_indented(_unified(difference.expected or "", difference.actual or "")))
        click.echo(
            f"Schema {result.schema} on PostgreSQL {result.server_major}: "
            f"{_count(len(result.differences), 'difference')} from release "
            f"{lms_schema.__version__}."
        )
    click.get_current_context().exit(4 if result.differences else 0)


@cli.command()
@database_option
@click.option(
    "--confirm",
    "schema",
    metavar="SCHEMA",
    required=True,
    help="The schema to remove the objects from, as proof that you mean it.",
)
@json_option
def drop(conninfo: str, schema: str, as_json: bool) -> None:
    """Remove the package's objects, with all data in them.

    Objects of others stay, and so does the schema itself. When one of them depends on ours,
    nothing is dropped and the error lists it. There is no other way back: migrations go forward
    only.
    """
    result = lms_schema.drop(conninfo, schema=schema)
    if as_json:
        _print_json(result.to_json())
    else:
        for name in result.dropped:
            click.echo(f"dropped {name}")
        click.echo(f"Schema {result.schema}: {_count(len(result.dropped), 'object')} dropped.")


@cli.command()
@click.option(
    "--database",
    "option",
    metavar="URL",
    help="A database to keep the sample data in; its schema must hold no learners. Default: a "
    "temporary PostgreSQL of the 'embedded' extra, removed afterwards.",
)
@schema_option
def demo(option: str | None, schema: str | None) -> None:
    """Load sample data and print the dashboards.

    A made-up term: two institutions, six courses, 200 learners. Without --database nothing stays.
    """
    from lms_schema import embedded
    from lms_schema.demo import demo

    where = nullcontext(databases.locate(option)) if option else embedded.temporary()
    with where as conninfo:
        demo(conninfo, schema=schema, on_event=lambda text: click.echo(text, err=True))


def main() -> None:
    """Run the command line."""
    cli(prog_name="lms-schema")


def _tell(event: lms_schema.Event) -> None:
    click.echo(f"{event.kind:<8} {event.text}", err=True)


def _print_migrated(result: lms_schema.MigrateResult, *, details: bool, err: bool) -> None:
    for action in result.actions if details else ():
        click.echo(f"{action.action:<8} {action.file}", err=err)
    where = f"Schema {result.schema} of database {result.database}"
    if not result.actions:
        click.echo(f"{where}: nothing to do.", err=err)
    else:
        done = "pending; nothing was changed" if result.dry_run else "done"
        click.echo(f"{where}: {_count(len(result.actions), 'file')} {done}.", err=err)


def _print_status(result: lms_schema.StatusResult) -> None:
    files = result.files
    where = f"Schema {result.schema} of database {result.database}"
    if result.equals:
        click.echo(f"{where}: not tracked; its catalog equals release {result.equals}.")
    elif not result.tracked:
        click.echo(f"{where}: not tracked. Run: lms-schema migrate")
    else:
        click.echo(f"{where}, PostgreSQL {result.server_major}")
    click.echo(f"applied: {_count(len(files.applied), 'file')}")
    _print_list("pending", files.pending)
    _print_list("changed", files.changed)
    _print_list("gone, to be dropped", files.gone)
    _print_list("edited after release, migrate will refuse (5)", files.edited)
    _print_list("unknown to this release, migrate will refuse (8)", files.newer)
    if files.release:
        click.echo(f"migrated by the newer release {files.release}, migrate will refuse (8)")


def _print_list(label: str, names: Iterable[str]) -> None:
    names = list(names)
    if names:
        click.echo(f"{label}: {_count(len(names), 'file')}")
        for name in names:
            click.echo(f"  {name}")


def _print_json(document: dict[str, object]) -> None:
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _unified(expected: str, actual: str) -> str:
    """Return a diff of two definitions, without the names of files."""
    lines = (expected.splitlines(), actual.splitlines())
    return "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=3))[2:])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
