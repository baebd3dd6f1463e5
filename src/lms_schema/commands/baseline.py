"""`lms-schema baseline`."""

from __future__ import annotations

import click

import lms_schema
from lms_schema.commands.options import database_option, json_option, schema_option
from lms_schema.commands.output import count, print_differences, print_json


@click.command()
@database_option
@schema_option
@json_option
def baseline(conninfo: str, schema: str | None, as_json: bool) -> None:
    """Adopt a schema that migrate did not make, if it equals this release.

    For a schema that psql, another tool or a restored dump installed. Its catalog is compared
    with this release's, as verify does; when nothing differs, the files are recorded as applied,
    and migrate goes on from there. Else it lists what differs, writes nothing and ends with 4.
    """
    result = lms_schema.baseline(conninfo, schema=schema)
    if as_json:
        print_json(result.to_json())
    else:
        print_differences(result.differences, result.notes)
        click.echo(_summary(result))
    click.get_current_context().exit(result.exit_code)


def _summary(result: lms_schema.BaselineResult) -> str:
    where = f"Schema {result.schema} of database {result.database}"
    if result.tracked:
        return f"{where}: tracked already, nothing to do. See lms-schema status."
    if result.differences:
        return (
            f"{where}: not adopted, {count(len(result.differences), 'difference')} from release "
            f"{result.release}."
        )
    return f"{where}: adopted, {count(len(result.adopted), 'file')} of release {result.release}."
