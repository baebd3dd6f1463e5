"""`lms-schema status`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

import click

import lms_schema
from lms_schema.commands.options import database_option, extra_option, json_option, schemas_option
from lms_schema.commands.output import count, folder, say
from lms_schema.commands.schemas import chosen, report
from lms_schema.server import suggested_commands

_FEW = 10
"""Files that are listed by name; more are counted."""


@click.command()
@database_option
@schemas_option
@extra_option
@json_option
def status(
    conninfo: str,
    schemas: tuple[str, ...],
    schemas_from: str | None,
    jobs: int,
    extra: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell what is applied, pending, changed and gone.

    It needs no right but SELECT and changes nothing. It ends with 3 when a migrate would do
    something, and with 5 or 8 when a migrate would refuse.
    """
    report(
        chosen(conninfo, schemas, schemas_from, jobs),
        lambda schema, _on_event: lms_schema.status(conninfo, schema=schema, extra=extra),
        _print_status,
        as_json=as_json,
    )


def _print_status(result: lms_schema.StatusResult) -> None:
    files = result.files
    where = f"Schema {result.schema} of database {result.database}"
    if result.equals:
        say(
            f"{where}: not tracked; its catalog equals release {result.equals}. "
            f"Run: {suggested_commands.command('baseline', result.schema)}"
        )
    elif result.elsewhere:
        say(
            f"{where}: not tracked. Name the schema that you mean with --schema or LMS_SCHEMA; "
            f"tracked is {', '.join(result.elsewhere)}"
        )
    elif not result.tracked:
        say(f"{where}: not tracked. Run: {suggested_commands.command('migrate', result.schema)}")
    else:
        say(f"{where}, PostgreSQL {result.server_major}")
        say(_last_change(result))
        if result.repaired_at:
            say(f"last repaired {result.repaired_at:%Y-%m-%d %H:%M:%S} UTC")
    say(f"applied: {count(len(files.applied), 'file')}")
    _print_list("pending", files.pending)
    _print_list("changed", files.changed)
    _print_list("gone, to be dropped", files.gone)
    _print_list("edited after release, migrate will refuse (5)", files.edited)
    _print_list("unknown to this release, migrate will refuse (8)", files.newer)
    _print_list(
        "overridden", [file for file, _ in files.overridden], [by for _, by in files.overridden]
    )
    _print_list("of extras that were not given, left alone", files.others)
    if files.release:
        say(f"migrated by the newer release {files.release}, migrate will refuse (8)")


def _last_change(result: lms_schema.StatusResult) -> str:
    when = f"{result.migrated_at:%Y-%m-%d %H:%M:%S} UTC" if result.migrated_at else "at no time"
    who = f" by {result.migrated_by}" if result.migrated_by else ""
    return f"release {result.release}, last migrated {when}{who}"


def _print_list(label: str, files: Sequence[str], by: Sequence[str] = ()) -> None:
    """Print how many there are, and which: many by their folders.

    Args:
        label: What they are.
        files: Their ids.
        by: Of each the file that overrides it.
    """
    if not files:
        return
    say(f"{label}: {count(len(files), 'file')}")
    if len(files) > _FEW:
        for name, number in Counter(map(folder, files)).items():
            say(f"  {name:<10} {number:>4}")
    else:
        for file, other in zip_longest(files, by):
            say(f"  {file} by {other}" if other else f"  {file}")
