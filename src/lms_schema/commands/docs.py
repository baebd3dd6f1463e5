"""`lms-schema docs`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from lms_schema.commands.options import json_option, schema_option
from lms_schema.commands.output import print_json, say
from lms_schema.commands.progress import followed
from lms_schema.server import connection_strings


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--database",
    "option",
    metavar="URL",
    help="A database to describe. Default: this release as it is shipped, without any server.",
)
@schema_option
@json_option
def docs(folder: Path, option: str | None, schema: str | None, as_json: bool) -> None:
    """Write a data dictionary, an entity-relationship diagram and the register of processing.

    The first two come from the catalog's own comments: schema.md for a repository, with the diagram
    as Mermaid, and schema.html, one page that needs no network. The register (GDPR Art. 30) is
    register.md, and comes from the view data_map. It needs the extra 'docs'.
    """
    from lms_schema.operations.docs import docs

    conninfo = connection_strings.locate(option) if option else None
    with followed(as_json=as_json) as tell:
        result = docs(folder, conninfo=conninfo, schema=schema, on_event=partial(tell, schema))
    if as_json:
        print_json(result.to_json())
    else:
        for path in result.files:
            say(f"wrote {path}")
