"""`lms-schema new`."""

from __future__ import annotations

import click

from lms_schema.commands.options import extra_option
from lms_schema.commands.output import say
from lms_schema.operations.new import KINDS


@click.command()
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument("name", metavar="NAME")
@extra_option
def new(kind: str, name: str, extra: tuple[str, ...]) -> None:
    """Make the next file of a schema folder, with its header.

    KIND is type, table, function, trigger, view, index, partition or security; NAME is the object,
    of triggers their table. A function may have a subject before it, like events/record_visit: the
    subfolder of its file. The file passes check as it is; types and tables get the next number.
    Without an extra the working folder must be a clone of lms-schema, whose own schema is meant.
    """
    from lms_schema.operations.new import new

    say(str(new(kind, name, extra=extra)))
