"""What commands do alike for one schema and for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import click
from click.core import ParameterSource

import lms_schema
from lms_schema.commands.output import count, print_json, say, say_error
from lms_schema.commands.progress import followed
from lms_schema.errors import printable
from lms_schema.events import OnEvent

if TYPE_CHECKING:
    from lms_schema.fleet import Result


@dataclass(frozen=True)
class Choice:
    """The schemas that the options name.

    Attributes:
        names: Their names; None: the default one.
        jobs: How many at a time.
        max_failures: After how many failures no other is begun.
        is_one: Whether the result is that of one schema and not of a list, however long.
    """

    names: Sequence[str | None]
    jobs: int
    max_failures: int | None
    is_one: bool


def chosen(
    conninfo: str,
    schemas: Sequence[str],
    schemas_from: str | None,
    jobs: int,
    max_failures: int | None = None,
) -> Choice:
    """Read what `schemas_option` gave; the schemas of the query come last."""
    source = click.get_current_context().get_parameter_source("schemas")
    is_default = source is ParameterSource.DEFAULT_MAP
    names = [] if is_default and schemas_from is not None else list(schemas)
    if schemas_from is not None:
        names += lms_schema.schemas_from(conninfo, schemas_from)
    one = schemas_from is None and len(names) < 2
    return Choice(names or [None], jobs, max_failures, one)


def report(
    choice: Choice,
    call: Callable[[str | None, OnEvent], Result],
    show: Callable[[Result], object],
    *,
    as_json: bool,
    lists: bool = False,
) -> NoReturn:
    """Make the call for each schema, print what came of it, and end with the exit code.

    Args:
        choice: The schemas.
        call: Gets the schema, and what to call with events.
        show: Prints the result of one schema as text.
        as_json: Whether to print one document instead.
        lists: Whether to print a line for each file that is done, where there is one schema.
    """
    context = click.get_current_context()
    if choice.is_one:
        with followed(as_json=as_json, lists=lists) as tell:
            result = call(choice.names[0], partial(tell, choice.names[0]))
        if as_json:
            print_json(result.to_json())
        else:
            show(result)
        context.exit(result.exit_code)

    def done(outcome: lms_schema.Outcome[Result]) -> None:
        if as_json:
            return
        if outcome.result is not None:
            show(outcome.result)
        else:
            say_error(f"schema {printable(outcome.schema)}: {outcome.error}")

    with followed(as_json=as_json, several=True) as tell:
        found = lms_schema.for_each_schema(
            lambda name: call(name, partial(tell, name)),
            [name for name in choice.names if name is not None],
            jobs=choice.jobs,
            max_failures=choice.max_failures,
            on_done=done,
        )
    if as_json:
        print_json({"format": 1, "command": context.info_name, **found.to_json()})
    else:
        say(_summary(found))
    context.exit(found.exit_code)


def _summary(found: lms_schema.FleetResult[Result]) -> str:
    failed = [outcome.schema for outcome in found.outcomes if outcome.error is not None]
    text = f"{count(len(found.outcomes), 'schema')} in {found.seconds:.1f} s"
    if failed:
        text += f", of which {len(failed)} failed: {', '.join(failed)}"
    if found.skipped:
        text += f"; not begun: {', '.join(found.skipped)}"
    return f"{text}."
