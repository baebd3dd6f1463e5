"""`lms-schema verify`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, extra_option, json_option, schema_option
from lms_schema.commands.output import count, print_differences, print_json


@click.command()
@database_option
@schema_option
@extra_option
@click.option("--strict", is_flag=True, help="Count notes, like extra indexes, as differences.")
@json_option
def verify(
    conninfo: str, schema: str | None, extra: tuple[str, ...], strict: bool, as_json: bool
) -> None:
    """Compare the live catalog with this release's.

    It finds types, tables, columns, constraints, indexes, views, functions, triggers and
    policies that are missing or different, and what is extra on our tables. Tables and functions
    of others are ignored. It ends with 4 when there are differences.
    """
    result = lms_schema.verify(conninfo, schema=schema, extra=extra, strict=strict)
    if as_json:
        print_json(result.to_json())
    else:
        print_differences(result.differences, result.notes)
        click.echo(
            f"Schema {result.schema} on PostgreSQL {result.server_major}: "
            f"{count(len(result.differences), 'difference')} from release "
            f"{lms_schema.__version__}."
        )
    click.get_current_context().exit(result.exit_code)
