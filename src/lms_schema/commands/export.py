"""`lms-schema export`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

import lms_schema
from lms_schema.commands.options import json_option
from lms_schema.commands.output import count, print_json, say
from lms_schema.commands.progress import followed


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "tool",
    type=click.Choice(("psql", "flyway", "alembic", "django")),
    default="psql",
    show_default=True,
    help="The tool that will apply it.",
)
@click.option(
    "--schema",
    metavar="NAME",
    envvar="LMS_SCHEMA",
    show_envvar=True,
    default="lms",
    show_default=True,
    help="The schema to install into.",
)
@click.option(
    "--from", "since", metavar="VERSION", help="Only what is new since this release, to upgrade."
)
@json_option
def export(folder: Path, tool: str, schema: str, since: str | None, as_json: bool) -> None:
    """Write SQL for another migration tool.

    What it applies is what migrate applies, records included: status, verify and a later migrate
    know a database that another tool installed. The same release gives the same bytes. It needs
    the extra 'embedded'.
    """
    with followed(as_json=as_json) as tell:
        result = lms_schema.export(
            folder, format=tool, schema=schema, since=since, on_event=partial(tell, schema)
        )
    if as_json:
        print_json(result.to_json())
    else:
        say(f"wrote {count(len(result.files), 'file')} to {folder}")
