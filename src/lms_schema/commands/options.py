"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from lms_schema.server import connection_strings

Command = TypeVar("Command", bound=Callable[..., Any])

_SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0, "h": 3600.0}


def seconds(value: str) -> float:
    """Return the seconds of a time span like 500ms, 5s or 2min; a plain number is seconds.

    Raises:
        ValueError: When it is not a time span.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|)", value)
    if match is None:
        raise ValueError(f"{value!r} is not a time span; write 500ms, 5s or 2min.")
    return float(match.group(1)) * _SECONDS[match.group(2)]


def _duration(_ctx: click.Context, _parameter: click.Parameter, value: str) -> float:
    try:
        return seconds(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def time_option(name: str, default: str, help: str) -> Callable[[Command], Command]:  # noqa: A002
    """Return an option that takes a time span, and passes seconds."""
    return click.option(
        name, metavar="TIME", callback=_duration, default=default, show_default=True, help=help
    )


def database_option(command: Command) -> Command:
    """Add `--database`, and pass its connection string as `conninfo`."""
    return click.option(
        "--database",
        "conninfo",
        metavar="URL",
        callback=lambda _ctx, _parameter, value: connection_strings.locate(value),
        help="The database: a libpq URL or key=value string, or embedded[:DIR] for the PostgreSQL "
        "of the 'embedded' extra. Default: LMS_DATABASE_URL, else DATABASE_URL, else libpq's own "
        "variables, service file and defaults.",
    )(command)


def schema_option(command: Command) -> Command:
    """Add `--schema`."""
    return click.option(
        "--schema",
        metavar="NAME",
        help="The schema. Default: LMS_SCHEMA, else the first existing one of the connection's "
        "search path.",
    )(command)


def schemas_option(command: Command) -> Command:
    """Add `--schema`, which may be given several times, `--schemas-from` and `--jobs`."""
    for option in (
        click.option(
            "--jobs",
            metavar="N",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="How many schemas at a time; each takes a connection.",
        ),
        click.option(
            "--schemas-from",
            metavar="SQL",
            help="A query that returns one column of text: one schema per row.",
        ),
        click.option(
            "--schema",
            "schemas",
            metavar="NAME",
            multiple=True,
            help="The schema. May be given several times. Default: LMS_SCHEMA, else the first "
            "existing one of the connection's search path.",
        ),
    ):
        command = option(command)
    return command


def json_option(command: Command) -> Command:
    """Add `--json`, and pass it as `as_json`."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON document, also for an error; its 'format' is the version of its "
        "shape. Progress is then one JSON object per line, on standard error.",
    )(command)


def extra_option(command: Command) -> Command:
    """Add `--extra`, and pass the folders as `extra`."""
    return click.option(
        "--extra",
        metavar="DIR",
        multiple=True,
        help="A folder of your own SQL on top of the package, with the same sub-folders; applied "
        "after it, and recorded under the name of the folder. May be given several times.",
    )(command)


def repair_option(command: Command) -> Command:
    """Add `--repair`, and pass it as `repair`."""
    return click.option(
        "--repair",
        is_flag=True,
        help="Also apply again the files of objects that verify finds missing or different: "
        "functions, triggers, views, policies and indexes. What differs of tables and types, and "
        "what is extra, is listed and left as it is.",
    )(command)
