"""`lms-schema baseline`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, json_option, schemas_option
from lms_schema.commands.output import count, print_differences, say
from lms_schema.commands.schemas import chosen, report
from lms_schema.server import suggested_commands


@click.command()
@database_option
@schemas_option
@json_option
def baseline(
    conninfo: str,
    schemas: tuple[str, ...],
    schemas_from: str | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Adopt a schema that migrate did not make, if it equals this release.

    For a schema that psql, another tool or a restored dump installed. Its catalog is compared
    with this release's, as verify does; when nothing differs, the files are recorded as applied,
    and migrate goes on from there. Else it lists what differs, writes nothing and ends with 4.
    """
    report(
        chosen(conninfo, schemas, schemas_from, jobs),
        lambda schema, on_event: lms_schema.baseline(conninfo, schema=schema, on_event=on_event),
        _show,
        as_json=as_json,
    )


def _show(result: lms_schema.BaselineResult) -> None:
    print_differences(result.differences, result.notes)
    say(_summary(result))


def _summary(result: lms_schema.BaselineResult) -> str:
    where = f"Schema {result.schema} of database {result.database}"
    if result.tracked:
        hint = suggested_commands.command("status", result.schema)
        return f"{where}: tracked already, nothing to do. Run: {hint}"
    if result.differences:
        return (
            f"{where}: not adopted, {count(len(result.differences), 'difference')} from release "
            f"{result.release}."
        )
    return f"{where}: adopted, {count(len(result.adopted), 'file')} of release {result.release}."
