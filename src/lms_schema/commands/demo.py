"""`lms-schema demo`."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click

from lms_schema.commands.options import schema_option
from lms_schema.commands.output import say
from lms_schema.commands.progress import followed
from lms_schema.events import Event
from lms_schema.server import connection_strings


@click.command()
@click.option(
    "--database",
    "option",
    metavar="URL",
    help="A database to keep the sample data in; its schema must hold no learners. Default: a "
    "temporary PostgreSQL of the 'embedded' extra, removed afterwards.",
)
@schema_option
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the dashboards as one HTML page, too; needs the 'docs' extra.",
)
def demo(option: str | None, schema: str | None, html: Path | None) -> None:
    """Load sample data and print the dashboards.

    A made-up term: two institutions, six courses, 200 learners. Without --database nothing stays.
    """
    from lms_schema.operations.demo import demo
    from lms_schema.sample_data.printed_dashboards import print_dashboards
    from lms_schema.server import embedded

    where = nullcontext(connection_strings.locate(option)) if option else embedded.temporary()
    with followed() as tell:
        tell(None, Event("begin", "connects" if option else embedded.STARTING))
        with where as conninfo:
            result = demo(conninfo, schema=schema, html=html, on_event=partial(tell, schema))
    loaded = result.loaded
    say(f"migrated schema {result.schema} on PostgreSQL {result.server_major}", err=True)
    say(
        f"loaded {loaded['learners']} learners, {loaded['educational_courses']} courses, "
        f"{loaded['course_enrollments']} enrollments, {loaded['learning_interactions']} "
        f"interactions, {loaded['assessment_attempts']} attempts",
        err=True,
    )
    print_dashboards(result.figures)
    if result.page is not None:
        say(f"wrote {result.page}", err=True)
