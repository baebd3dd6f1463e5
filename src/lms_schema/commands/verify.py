"""`lms-schema verify`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, extra_option, json_option, schemas_option
from lms_schema.commands.output import count, print_differences, say
from lms_schema.commands.schemas import chosen, report
from lms_schema.server import suggested_commands


@click.command()
@database_option
@schemas_option
@extra_option
@click.option("--strict", is_flag=True, help="Count notes, like extra indexes, as differences.")
@click.option(
    "--accept-row-security",
    is_flag=True,
    help="Accept that row security is enabled on tables that leave it off, those of extras, as "
    "platforms do: then who is not the owner reads and writes no row without a policy.",
)
@json_option
def verify(
    conninfo: str,
    schemas: tuple[str, ...],
    schemas_from: str | None,
    jobs: int,
    extra: tuple[str, ...],
    strict: bool,
    accept_row_security: bool,
    as_json: bool,
) -> None:
    """Compare the live catalog with this release's.

    It finds types, tables, columns, constraints, indexes, views, functions, triggers, policies,
    roles and grants that are missing or different, and what is extra on our tables. Tables and
    functions of others are ignored. It ends with 4 when there are differences.
    """
    report(
        chosen(conninfo, schemas, schemas_from, jobs),
        lambda schema, on_event: lms_schema.verify(
            conninfo,
            schema=schema,
            extra=extra,
            strict=strict,
            accept_row_security=accept_row_security,
            on_event=on_event,
        ),
        _show,
        as_json=as_json,
    )


def _show(result: lms_schema.VerifyResult) -> None:
    from lms_schema.records.repair import can_mend

    print_differences(result.differences, result.notes)
    say(
        f"Schema {result.schema} on PostgreSQL {result.server_major}: "
        f"{count(len(result.differences), 'difference')} from release {lms_schema.__version__}."
    )
    mended = sum(map(can_mend, result.differences))
    if mended:
        which = "them" if mended == len(result.differences) else f"{mended} of them"
        say(
            f"To mend {which}, run: {suggested_commands.command('migrate --repair', result.schema)}"
        )
