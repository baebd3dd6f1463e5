"""`lms-schema drop`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, json_option
from lms_schema.commands.output import count, print_json, say


@click.command()
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
    """Remove the package's objects and those of extras, with all data in them.

    Objects of others stay, and so does the schema itself. When one of them depends on ours,
    nothing is dropped and the error lists it. There is no other way back: migrations go forward
    only.
    """
    result = lms_schema.drop(conninfo, schema=schema)
    if as_json:
        print_json(result.to_json())
    else:
        for name in result.dropped:
            say(f"dropped {name}")
        for name, reason in result.left.items():
            say(f"left {name}: {reason}")
        say(f"Schema {result.schema}: {count(len(result.dropped), 'object')} dropped.")
