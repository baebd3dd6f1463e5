"""`lms-schema migrate`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema import package as packages
from lms_schema.commands.options import database_option, duration, extra_option, json_option
from lms_schema.commands.output import count, print_json


@click.command()
@database_option
@click.option(
    "--schema",
    metavar="NAME",
    help="The schema to install into, created when missing. Default: the first existing one of "
    "the connection's search path.",
)
@click.option("--to", metavar="ID", help="Stop after this file, like tables/020_learners.")
@extra_option
@click.option("--dry-run", is_flag=True, help="Change nothing: the same as plan.")
@click.option("--show-sql", is_flag=True, help="Print the SQL of the files that are applied.")
@click.option(
    "--lock-timeout",
    metavar="TIME",
    callback=duration,
    default="5s",
    show_default=True,
    help="How long a statement waits for a lock before its file is rolled back and tried again.",
)
@click.option(
    "--wait",
    metavar="TIME",
    callback=duration,
    default="60s",
    show_default=True,
    help="How long to keep trying: for another runner to end, and for a file to get its locks.",
)
@json_option
def migrate(
    conninfo: str,
    schema: str | None,
    to: str | None,
    extra: tuple[str, ...],
    dry_run: bool,
    show_sql: bool,
    lock_timeout: float,
    wait: float,
    as_json: bool,
) -> None:
    """Apply what is pending, then what changed.

    Each file and its record is one transaction: after a crash, run it again. Tables, types and
    indexes are applied once. Functions, triggers, views and security are applied again when
    their file changed, and dropped when their file is gone.
    """
    if dry_run:
        from lms_schema.commands.plan import show_plan

        show_plan(conninfo, schema=schema, to=to, extra=extra, show_sql=show_sql, as_json=as_json)
    package = packages.extended(packages.read(), extra)
    result = lms_schema.migrate(
        conninfo,
        schema=schema,
        package=package,
        to=to,
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
        print_json(result.to_json() | ({"sql": texts} if show_sql else {}))
    else:
        for file_id, text in texts.items():
            click.echo(f"-- {package.by_id[file_id].path}\n{text}")
        _print_migrated(result, err=show_sql)


def _tell(event: lms_schema.Event) -> None:
    click.echo(f"{event.kind:<8} {event.text}", err=True)


def _print_migrated(result: lms_schema.MigrateResult, *, err: bool) -> None:
    where = f"Schema {result.schema} of database {result.database}"
    done = f"{count(len(result.actions), 'file')} done" if result.actions else "nothing to do"
    click.echo(f"{where}: {done}.", err=err)
