"""`lms-schema verify`."""

from __future__ import annotations

import difflib

import click

import lms_schema
from lms_schema.commands.options import database_option, extra_option, json_option, schema_option
from lms_schema.commands.output import count, print_json


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
        for label, found in (("", result.differences), ("note: ", result.notes)):
            for difference in found:
                click.echo(f"{label}{difference.problem} {difference.kind} {difference.name}")
        for difference in (*result.differences, *result.notes):
            if difference.problem == "different":
                click.echo(f"\n{difference.kind} {difference.name}")
                click.echo(_indented(_unified(difference.expected or "", difference.actual or "")))
        click.echo(
            f"Schema {result.schema} on PostgreSQL {result.server_major}: "
            f"{count(len(result.differences), 'difference')} from release "
            f"{lms_schema.__version__}."
        )
    click.get_current_context().exit(4 if result.differences else 0)


def _unified(expected: str, actual: str) -> str:
    """Return a diff of two definitions, without the names of files."""
    lines = (expected.splitlines(), actual.splitlines())
    return "\n".join(list(difflib.unified_diff(*lines, lineterm="", n=3))[2:])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
